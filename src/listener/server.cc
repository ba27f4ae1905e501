#include "listener/server.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "base/units.h"
#include "listener/connection.h"
#include "listener/port_holder.h"
#include "listener/stream.h"

namespace partwise::listener {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t scratch_bytes = std::size_t{128} * 1024;
// How often free ports are tried until one is free on all of a host's addresses.
constexpr int tries_of_any_port = 10;

template <class Socket>
void close_on_exec(Socket& socket) {
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

std::string text_of(const tcp::endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  const auto host = address.to_string();
  return address.is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                         : fmt::format("{}:{}", host, endpoint.port());
}

// Room for the connections and as many files of other parts again as a program starts with.
void raise_open_files(std::size_t connections) {
  constexpr rlim_t of_others = 256;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto wanted = std::min<rlim_t>(connections + of_others, limit.rlim_max);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  setrlimit(RLIMIT_NOFILE, &limit);
}

struct Failure {
  error_code error;
  tcp::endpoint at;
};

// The error, or none with `acceptor` listening.
error_code listen_at(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  close_on_exec(acceptor);
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor.non_blocking(true, error);
  return error;
}

using Acceptors = std::vector<tcp::acceptor>;

// All addresses on one port: the one asked for, or the first one's. An address that this machine
// does not have (localhost's ::1 where IPv6 is off) is left out if another works.
tl::expected<Acceptors, Failure> listen_at_all(asio::io_context& loop,
                                               const std::vector<tcp::endpoint>& endpoints) {
  Acceptors acceptors;
  Failure absent;
  for (auto endpoint : endpoints) {
    if (!acceptors.empty()) endpoint.port(acceptors.front().local_endpoint().port());
    tcp::acceptor acceptor(loop);
    const auto error = listen_at(acceptor, endpoint);
    if (error == asio::error::address_family_not_supported ||
        error == boost::system::errc::address_not_available) {
      absent = {error, endpoint};
      continue;
    }
    if (error) return tl::unexpected(Failure{error, endpoint});
    acceptors.push_back(std::move(acceptor));
  }
  if (acceptors.empty()) return tl::unexpected(absent);
  return acceptors;
}

Result<std::vector<tcp::endpoint>> resolved(asio::io_context& loop, const Endpoint& endpoint) {
  error_code error;
  const auto found =
      tcp::resolver(loop).resolve(endpoint.host, std::to_string(endpoint.port),
                                  tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) {
    return fail(
        ErrorKind::invalid_input,
        fmt::format("cannot resolve {} to listen there: {}", endpoint.host, error.message()),
        "give an address or a name of this machine");
  }
  return std::vector<tcp::endpoint>(found.begin(), found.end());
}

Result<Acceptors> listen(asio::io_context& loop, const Endpoint& endpoint) {
  const auto endpoints = TRY(resolved(loop, endpoint));
  Failure failure;
  for (int i = 0; i < tries_of_any_port; ++i) {
    auto acceptors = listen_at_all(loop, endpoints);
    if (acceptors) return std::move(*acceptors);
    failure = acceptors.error();
    if (failure.error != asio::error::address_in_use) break;
    if (endpoint.port != 0) return tl::unexpected(port_taken(endpoint.port, "--port"));
  }
  return fail(ErrorKind::unavailable,
              fmt::format("cannot listen on {}: {}", text_of(failure.at), failure.error.message()));
}

}  // namespace

class Server::Loop final : public ConnectionHost {
 public:
  Loop(const ServerSettings& settings, Conversations& conversations, broker::Agenda& agenda,
       LogSink log)
      : connections_max_(settings.connections_max),
        limits_{settings.request_max, settings.idle_max, settings.handshake_max},
        conversations_(conversations),
        agenda_(agenda),
        log_(std::move(log), deadlines_, clock_) {}

  Result<> open(const ServerSettings& settings);
  [[nodiscard]] const std::vector<int>& ports() const { return ports_; }
  void run(const std::stop_token& stop);
  [[nodiscard]] ServerCounts counts() const;
  [[nodiscard]] bool ended() const { return ended_; }

  std::shared_ptr<Conversation> begin(std::size_t broker, const std::string& peer) override {
    return conversations_.begin(broker, peer);
  }
  void log(std::string line) override { log_.say(std::move(line)); }
  void post(std::function<void()> act) override { asio::post(context_, std::move(act)); }
  void gone(const Connection& connection) override;
  [[nodiscard]] broker::Agenda& deadlines() override { return deadlines_; }
  [[nodiscard]] SteadyTime now() const override { return clock_.steady_now(); }
  [[nodiscard]] Traffic& traffic() override { return traffic_; }

 private:
  struct Door {
    tcp::acceptor acceptor;
    std::size_t broker;
  };

  void accept(Door& door);
  void accepted(Door& door, const error_code& error, tcp::socket socket);
  void welcome(const Door& door, tcp::socket socket);
  void refuse(const std::string& peer);
  void act_on_what_is_due();
  void close_all();

  asio::io_context context_{1};
  asio::steady_timer timer_{context_};
  std::optional<SteadyTime> timer_due_;
  SystemClock clock_;
  std::size_t connections_max_;
  ConnectionLimits limits_;
  Conversations& conversations_;
  broker::Agenda& agenda_;
  broker::Agenda deadlines_;  // of connections and the log
  LogLimit log_;
  std::optional<asio::ssl::context> tls_;
  std::vector<Door> doors_;
  std::vector<int> ports_;
  std::atomic<bool> ended_ = false;
  std::vector<char> scratch_ = std::vector<char>(scratch_bytes);
  std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections_;
  bool full_ = false;     // it was told that no more are taken
  bool closing_ = false;  // run() comes to its end
  Traffic traffic_;
  std::atomic<std::int64_t> open_ = 0;
  std::atomic<std::int64_t> accepted_ = 0;
  std::atomic<std::int64_t> refused_ = 0;
};

Result<> Server::Loop::open(const ServerSettings& settings) {
  raise_open_files(connections_max_);
  if (settings.tls) {
    auto context = TRY(tls_context(*settings.tls));
    tls_.emplace(context.release());
  }
  for (std::size_t broker = 0; broker < settings.brokers.size(); ++broker) {
    auto acceptors = TRY(listen(context_, settings.brokers[broker]));
    ports_.push_back(acceptors.front().local_endpoint().port());
    for (auto& acceptor : acceptors) doors_.push_back({std::move(acceptor), broker});
  }
  return {};
}

void Server::Loop::run(const std::stop_token& stop) {
  const auto work = asio::make_work_guard(context_);
  const std::stop_callback wake(stop, [this] { context_.stop(); });
  for (auto& door : doors_) accept(door);
  while (!stop.stop_requested()) {
    act_on_what_is_due();
    context_.run_one();
  }
  close_all();
  ended_ = true;
}

void Server::Loop::act_on_what_is_due() {
  const auto now = clock_.steady_now();
  agenda_.run_due(now);
  deadlines_.run_due(now);
  auto next = agenda_.next();
  if (const auto other = deadlines_.next(); other && (!next || *other < *next)) next = other;
  // A timer that is set too early only looks in vain, and costs less than one set anew each time.
  if (!next || (timer_due_ && *timer_due_ <= *next)) return;
  timer_due_ = next;
  timer_.expires_at(*next);
  timer_.async_wait([this](const error_code& error) {
    if (!error) timer_due_.reset();
  });
}

void Server::Loop::close_all() {
  closing_ = true;
  for (auto& door : doors_) {
    error_code ignored;
    door.acceptor.close(ignored);
  }
  while (!connections_.empty()) connections_.begin()->second->close("");
  timer_.cancel();
  // What is pending ends, and what was posted runs.
  context_.restart();
  context_.poll();
}

void Server::Loop::accept(Door& door) {
  door.acceptor.async_accept([this, &door](const error_code& error, tcp::socket socket) {
    accepted(door, error, std::move(socket));
  });
}

void Server::Loop::accepted(Door& door, const error_code& error, tcp::socket socket) {
  constexpr Millis pause{100};
  if (error == asio::error::operation_aborted || closing_) return;
  const bool hung_up_already = error == asio::error::connection_aborted;
  if (error && !hung_up_already) {
    // Out of files or memory: what waits is accepted when there are some again.
    log_.say(fmt::format("a connection cannot be accepted: {}", error.message()));
    deadlines_.at(now() + pause, [this, &door] { accept(door); });
    return;
  }
  if (!error) welcome(door, std::move(socket));
  accept(door);
}

void Server::Loop::welcome(const Door& door, tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // it hung up already
  if (connections_.size() >= connections_max_) return refuse(text_of(peer));
  close_on_exec(socket);
  const AcceptedSocket taken{socket.release(error), peer.address().is_v6()};
  auto stream = tls_ ? tls_stream(context_, taken, *tls_) : plain_stream(context_, taken, scratch_);
  auto connection =
      std::make_shared<Connection>(*this, std::move(stream), door.broker, text_of(peer), limits_);
  connections_.emplace(connection.get(), connection);
  ++accepted_;
  ++open_;
  connection->start();
}

void Server::Loop::refuse(const std::string& peer) {
  ++refused_;
  if (std::exchange(full_, true)) return;
  log_.say(fmt::format("{}: closed: {} connections are open, and no more are taken", peer,
                       count_text(static_cast<std::int64_t>(connections_max_))));
}

void Server::Loop::gone(const Connection& connection) {
  connections_.erase(&connection);
  --open_;
  // Not at once below the limit, or a client that tries again and again fills the log.
  if (connections_.size() <= connections_max_ / 2) full_ = false;
}

ServerCounts Server::Loop::counts() const {
  return {open_, accepted_, refused_, traffic_.requests, traffic_.bytes_in, traffic_.bytes_out};
}

Result<std::unique_ptr<Server>> Server::open(const ServerSettings& settings,
                                             Conversations& conversations, broker::Agenda& agenda,
                                             LogSink log) {
  auto loop = std::make_unique<Loop>(settings, conversations, agenda, std::move(log));
  TRY(loop->open(settings));
  return std::unique_ptr<Server>(new Server(std::move(loop)));
}

Server::Server(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Server::~Server() = default;

std::vector<int> Server::ports() const { return loop_->ports(); }
void Server::run(const std::stop_token& stop) { loop_->run(stop); }
void Server::post(std::function<void()> act) { loop_->post(std::move(act)); }
bool Server::ended() const { return loop_->ended(); }
ServerCounts Server::counts() const { return loop_->counts(); }

}  // namespace partwise::listener
