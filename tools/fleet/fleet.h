// Fleets of topics with known demand, for the demo, the tests and the bench.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace partwise::fleet {

enum class Shape { flat, diurnal, burst, trend, on_off, steps, empty };

/// How one topic is to look. Times are in minutes from the fleet's start.
struct TopicSpec {
  std::string name;
  int partitions = 6;
  Shape shape = Shape::flat;
  std::int64_t records = 0;
  double burst_height = 50;  ///< of the burst's minutes, times the mean
  int burst_minutes = 2;
  int keys = 0;          ///< distinct keys; 0: none
  double hot_share = 0;  ///< of the records, with one key
  int size_low = 60;     ///< value bytes, log-uniform between the two
  int size_high = 600;
  bool headers = false;
  std::string codec = "none";
  int first_minute = 0;  ///< nothing before: a topic born in the window
  std::map<std::string, std::string> configuration;
};

struct FleetSpec {
  std::string name;
  int minutes = 0;
  std::vector<TopicSpec> topics;
};

/// About 40 topics, 570,000 records, 6.5 days: every shape, codec and kind of key.
FleetSpec demo_fleet();

/// Topics of Zipf sizes with about `records` records in all.
FleetSpec bench_fleet(std::int64_t records);

/// 1,000 topics of 10 partitions; one in forty carries something.
FleetSpec idle_fleet();

}  // namespace partwise::fleet
