// The port through which long work tells how far it is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace partwise {

/// How far one cluster's run is, each time something has finished.
struct ClusterProgress {
  std::string address;  ///< tells clusters apart
  std::string cluster;  ///< its id; empty until known
  std::string step;     ///< "connecting", "measuring", "done"
  int topics_done = 0;
  int topics_total = 0;      ///< 0 until known
  std::int64_t lookups = 0;  ///< offsets looked up by time so far
  std::int64_t bytes_read = 0;
};

/// threads: any
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void update(const ClusterProgress& progress) = 0;
  /// What everybody should know.
  virtual void say(const std::string& line) = 0;
  /// A step, for those who asked to be told of each.
  virtual void detail(const std::string& line) = 0;
};

/// Called now and then with how much of a step is done.
using ToldPercent = std::function<void(int percent)>;

class NoProgress final : public Progress {
 public:
  void update(const ClusterProgress&) override {}
  void say(const std::string&) override {}
  void detail(const std::string&) override {}
};

}  // namespace partwise
