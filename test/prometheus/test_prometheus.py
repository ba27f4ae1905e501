"""Runs the unit tests that ask a real Prometheus."""

import os
import subprocess


def run(tests, count, **environment):
    program = [os.environ["PARTWISE_METRICS_TEST"], f"--gtest_filter={tests}.*"]
    done = subprocess.run(program, env=os.environ | environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"[  PASSED  ] {count} tests." in done.stdout, done.stdout
    assert "SKIPPED" not in done.stdout


def test_demand_is_that_of_a_known_history(known):
    run("KnownHistory", 17, PARTWISE_PROMETHEUS_URL=known.url)


def test_what_is_scraped_is_found_and_read(scraping):
    run("ScrapingPrometheus", 4, PARTWISE_SCRAPING_URL=scraping.url)
