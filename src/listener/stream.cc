#include "listener/stream.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace partwise::listener {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// What one call to the system takes.
constexpr std::size_t pieces_at_once = 64;
// Written in one go before others have their turn.
constexpr std::size_t bytes_at_once = std::size_t{1} << 20U;

StepEnd end_of(const error_code& error) {
  if (!error) return {};
  const bool gone = error == asio::error::eof || error == asio::error::connection_reset ||
                    error == asio::error::broken_pipe || error == asio::error::operation_aborted ||
                    error == asio::ssl::error::stream_truncated;
  return {gone ? StepEnd::Kind::gone : StepEnd::Kind::wrong, error.message()};
}

std::vector<asio::const_buffer> buffers(const Outgoing& outgoing) {
  const auto pieces = outgoing.pieces();
  std::vector<asio::const_buffer> found;
  found.reserve(std::min(pieces.size(), pieces_at_once));
  for (const auto piece : pieces.first(std::min(pieces.size(), pieces_at_once))) {
    found.emplace_back(piece.data(), piece.size());
  }
  return found;
}

tcp::socket socket_of(asio::io_context& loop, AcceptedSocket accepted) {
  tcp::socket socket(loop);
  error_code ignored;  // what is no socket fails at its first step
  socket.assign(accepted.v6 ? tcp::v6() : tcp::v4(), accepted.descriptor, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
  return socket;
}

class PlainStream final : public Stream, public std::enable_shared_from_this<PlainStream> {
 public:
  PlainStream(tcp::socket socket, std::span<char> scratch)
      : socket_(std::move(socket)), scratch_(scratch) {}

  void open(Ended then) override { then({}); }

  // Waiting takes no buffer, so that thousands of idle connections share one.
  void read(Received then) override {
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this(), then = std::move(then)](
                                                   const error_code& error) mutable {
      self->readable(error, std::move(then));
    });
  }

  void write(Outgoing& outgoing, Ended then) override {
    std::size_t written = 0;
    while (!outgoing.sent()) {
      error_code error;
      if (written < bytes_at_once) {
        const auto n = socket_.write_some(buffers(outgoing), error);
        outgoing.drop(n);
        written += n;
        moved_ += n;
        if (!error) continue;
        if (error != asio::error::would_block) return then(end_of(error));
      }
      return write_when_ready(outgoing, std::move(then));
    }
    then({});
  }

  void finish() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

  [[nodiscard]] std::uint64_t moved() const override { return moved_; }

 private:
  void readable(error_code error, Received then) {
    if (error) return then(end_of(error), {});
    const auto n = socket_.read_some(asio::buffer(scratch_.data(), scratch_.size()), error);
    if (error == asio::error::would_block) return read(std::move(then));
    moved_ += n;
    then(end_of(error), {scratch_.data(), n});
  }

  void write_when_ready(Outgoing& outgoing, Ended then) {
    socket_.async_wait(tcp::socket::wait_write,
                       [self = shared_from_this(), &outgoing,
                        then = std::move(then)](const error_code& error) mutable {
                         if (error) return then(end_of(error));
                         self->write(outgoing, std::move(then));
                       });
  }

  tcp::socket socket_;
  std::span<char> scratch_;
  std::uint64_t moved_ = 0;
};

class TlsStream final : public Stream, public std::enable_shared_from_this<TlsStream> {
 public:
  TlsStream(tcp::socket socket, asio::ssl::context& tls) : stream_(std::move(socket), tls) {}

  void open(Ended then) override {
    stream_.async_handshake(asio::ssl::stream_base::server,
                            [self = shared_from_this(), then = std::move(then)](
                                const error_code& error) { then(end_of(error)); });
  }

  void read(Received then) override {
    stream_.async_read_some(asio::buffer(received_),
                            [self = shared_from_this(), then = std::move(then)](
                                const error_code& error, std::size_t n) {
                              self->moved_ += n;
                              then(end_of(error), {self->received_.data(), n});
                            });
  }

  void write(Outgoing& outgoing, Ended then) override {
    if (outgoing.sent()) return then({});
    stream_.async_write_some(buffers(outgoing),
                             [self = shared_from_this(), &outgoing, then = std::move(then)](
                                 const error_code& error, std::size_t n) mutable {
                               outgoing.drop(n);
                               self->moved_ += n;
                               if (error) return then(end_of(error));
                               self->write(outgoing, std::move(then));
                             });
  }

  void finish() override {
    stream_.async_shutdown([self = shared_from_this()](const error_code&) {});
  }

  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

  [[nodiscard]] std::uint64_t moved() const override { return moved_; }

 private:
  asio::ssl::stream<tcp::socket> stream_;
  std::array<char, std::size_t{16} * 1024> received_{};  // a TLS record's most
  std::uint64_t moved_ = 0;
};

}  // namespace

std::shared_ptr<Stream> plain_stream(asio::io_context& loop, AcceptedSocket socket,
                                     std::span<char> scratch) {
  return std::make_shared<PlainStream>(socket_of(loop, socket), scratch);
}

std::shared_ptr<Stream> tls_stream(asio::io_context& loop, AcceptedSocket socket,
                                   asio::ssl::context& tls) {
  return std::make_shared<TlsStream>(socket_of(loop, socket), tls);
}

}  // namespace partwise::listener
