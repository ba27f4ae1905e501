"""What `recommend` finds out about the results topic before it measures any of several clusters."""

import json
import subprocess

from embedded_cluster import EmbeddedCluster, fleet_of


def topics_of(cluster):
    return subprocess.run(["kcat", "-b", cluster.bootstrap, "-L", "-J"], check=True, capture_output=True,
                          text=True).stdout


def test_no_cluster_is_measured_where_one_has_too_few_brokers(partwise, tmp_path):
    """With one worker, those before it would be finished long before it is asked."""
    (tmp_path / "fleet.toml").write_text(fleet_of(("orders", 4, 10)))
    wide = EmbeddedCluster("--brokers", 3, "--fleet", tmp_path / "fleet.toml")
    narrow = EmbeddedCluster("--fleet", tmp_path / "fleet.toml")
    try:
        clusters = [{"kafka_cluster_id": id, "bootstrap.servers": bootstrap} for id, bootstrap in
                    (("lkc-away", "127.0.0.1:1"), ("lkc-wide", wide.bootstrap), ("lkc-narrow", narrow.bootstrap))]
        env = {"USE_KAFKA_WRITER": "True", "KAFKA_WRITER_TOPIC_NAME": "_out.first",
               "KAFKA_CREDENTIALS": json.dumps(clusters)}
        run = partwise("recommend", "--max-cluster-workers", "1", "--timeout", "3s", env=env)
        assert run.status == 2, run.err
        assert "cluster lkc-narrow: " in run.err and "is to be 3, but the cluster has 1 broker" in run.err
        assert not list(run.folder.glob("*-report.*")), "nothing was measured"
        for cluster in wide, narrow:
            assert "_out.first" not in topics_of(cluster)
        env["KAFKA_CREDENTIALS"] = json.dumps(clusters[:2])
        run = partwise("recommend", "--timeout", "3s", env=env)
        assert run.status == 4 and "cluster lkc-away: cannot reach" in run.err, run.err
        assert "\nstatus,ok\n" in next(run.folder.glob("lkc-wide-*-summary-report.csv")).read_text()
        assert "_out.first" in topics_of(wide)
    finally:
        wide.stop()
        narrow.stop()
