// The embedded cluster's sockets: listeners, connections and what is due later, in one loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "broker/agenda.h"
#include "listener/conversation.h"
#include "listener/log_limit.h"
#include "listener/tls.h"

namespace partwise::listener {

struct Endpoint {
  std::string host = "127.0.0.1";  ///< a name or an address of either family
  int port = 0;                    ///< 0: any free one
};

struct ServerSettings {
  std::vector<Endpoint> brokers;
  std::size_t connections_max = 2'000;  ///< of all brokers; further ones are closed at once
  std::size_t request_max = std::size_t{100} << 20U;  ///< as Kafka's socket.request.max.bytes
  Millis idle_max{600'000};  ///< as Kafka's connections.max.idle.ms; a quarter more at most
  Millis handshake_max{10'000};
  std::optional<TlsSettings> tls;  ///< none: plain
};

struct ServerCounts {
  std::int64_t connections = 0;  ///< open now
  std::int64_t accepted = 0;
  std::int64_t refused = 0;  ///< above connections_max
  std::int64_t requests = 0;
  std::int64_t bytes_in = 0;   ///< of requests, without TLS's own
  std::int64_t bytes_out = 0;  ///< of replies
};

/// threads: run() in one; what names others says so
class Server {
 public:
  /// Listens at once; clients are answered once it runs. Raises the process's limit of open files
  /// as far as it may, if connections_max asks for it. The conversations and the agenda are used
  /// from the thread of run() and outlive the server; so does what `log` uses.
  ///
  /// errors: unavailable (a port is taken: by whom), invalid_input (a host, a certificate)
  static Result<std::unique_ptr<Server>> open(const ServerSettings& settings,
                                              Conversations& conversations, broker::Agenda& agenda,
                                              LogSink log);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Where the brokers listen, in the settings' order.
  ///
  /// threads: any
  [[nodiscard]] std::vector<int> ports() const;

  /// Serves until stopped; then closes all that is open. Once only.
  void run(const std::stop_token& stop);

  /// Runs it in the thread of run(), before that returns. What is posted later never runs.
  ///
  /// threads: any
  void post(std::function<void()> act);

  /// Whether run() is over: what was posted and has not run never will.
  ///
  /// threads: any
  [[nodiscard]] bool ended() const;

  /// threads: any
  [[nodiscard]] ServerCounts counts() const;

 private:
  class Loop;
  explicit Server(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace partwise::listener
