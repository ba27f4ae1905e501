#include "service/service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "service/answers.h"
#include "service/login.h"

namespace partwise::service {
namespace {

using listener::Replied;
using listener::Reply;
using protocol::ApiKey;
using protocol::Message;
using protocol::Reader;
using protocol::Writer;

struct RequestHeader {
  std::int16_t key = 0;
  std::int16_t version = 0;
  std::int32_t correlation = 0;
  std::string client_id;
};

// The client's id has its old encoding in the flexible header, too.
RequestHeader request_header(Reader& reader) {
  RequestHeader header;
  header.key = reader.int16();
  header.version = reader.int16();
  header.correlation = reader.int32();
  header.client_id = reader.text();
  return header;
}

Reply closing(std::string why) { return {std::nullopt, std::nullopt, true, std::move(why)}; }

// Size and header before the body. ApiVersions answers with the old header always, for its client
// cannot know better yet.
Message framed(const protocol::Api& api, std::int16_t version, std::int32_t correlation,
               const Message& body) {
  const bool tagged = api.key != ApiKey::api_versions && protocol::is_flexible(api.key, version);
  Writer head;
  head.int32(static_cast<std::int32_t>(4 + (tagged ? 1 : 0) + body.size()));
  head.int32(correlation);
  if (tagged) head.int8(0);
  return body.behind(head.own());
}

// An ApiVersions request of a version that is not known gets the oldest answer and error 35.
Message unsupported_versions(std::int32_t correlation) {
  Writer body;
  write_error(body, protocol::ErrorCode::unsupported_version);
  const auto* own = find_answerer(static_cast<std::int16_t>(ApiKey::api_versions));
  body.array(1);
  body.int16(static_cast<std::int16_t>(own->key));
  body.int16(own->oldest);
  body.int16(own->newest);
  const auto* api = protocol::find_api(static_cast<std::int16_t>(ApiKey::api_versions));
  return framed(*api, 0, correlation, std::move(body).message());
}

bool is_login(ApiKey key) {
  return key == ApiKey::api_versions || key == ApiKey::sasl_handshake ||
         key == ApiKey::sasl_authenticate;
}

Millis time_on_disk(const FaultPlan& plan, ApiKey key, std::size_t bytes) {
  if (!plan.disk || !waits_for_disk(key)) return Millis{0};
  return Millis{static_cast<std::int64_t>(1000 * static_cast<double>(bytes) / plan.disk->value)};
}

}  // namespace

/// One connection.
class Talk final : public listener::Conversation, public std::enable_shared_from_this<Talk> {
 public:
  Talk(Service& service, std::shared_ptr<Session> session)
      : service_(service), session_(std::move(session)) {}

  void answer(std::string frame, Replied replied) override;
  void closed() override {
    session_->open = false;
    if (const auto waiting = session_->waiting.lock()) waiting->wake();
  }

 private:
  void answer_bare(std::string_view message, const Replied& replied);
  void carry_out(const Answerer& answerer, const CallPtr& call);
  CallPtr call_for(const Answerer& answerer, const RequestHeader& header,
                   std::shared_ptr<std::string> frame, Reader body, Replied replied);
  /// Of a call that is done: with the faults that were planned for it.
  static Reply reply_to(const Call& call, std::int32_t correlation, Writer body);
  void send(Reply reply, Millis later, const Replied& replied);

  Service& service_;
  std::shared_ptr<Session> session_;
};

std::shared_ptr<listener::Conversation> Service::begin(std::size_t broker,
                                                       const std::string& peer) {
  auto session = std::make_shared<Session>();
  session->broker = static_cast<int>(broker) + 1;
  session->host = peer.substr(0, peer.rfind(':'));
  session->login = world_.logins.begin();
  return std::make_shared<Talk>(*this, std::move(session));
}

void Talk::answer(std::string frame, Replied replied) {
  auto& login = session_->login;
  if (login != nullptr && login->bare && !login->done()) return answer_bare(frame, replied);
  const auto* node = service_.world_.cluster.find_broker(session_->broker);
  if (node == nullptr || !node->up) return replied(closing("the broker is down"));

  const auto owned = std::make_shared<std::string>(std::move(frame));
  Reader reader(*owned);
  const auto header = request_header(reader);
  if (!reader.ok()) return replied(closing("a request without a whole header"));
  const auto* answerer = find_answerer(header.key);
  if (answerer == nullptr) {
    return replied(closing(fmt::format("request {} is not spoken here", header.key)));
  }
  if (header.version < answerer->oldest || header.version > answerer->newest) {
    if (answerer->key == ApiKey::api_versions) {
      return replied({unsupported_versions(header.correlation), std::nullopt, false, {}});
    }
    return replied(closing(fmt::format("{} version {} is not spoken here, only {} to {}",
                                       protocol::name_of(answerer->key), header.version,
                                       answerer->oldest, answerer->newest)));
  }
  if (login != nullptr && !login->done() && !is_login(answerer->key)) {
    return replied(closing(fmt::format("{} before the login", protocol::name_of(answerer->key))));
  }
  reader.set_flexible(protocol::is_flexible(answerer->key, header.version));
  reader.tags();
  ++service_.requests_[answerer->key];
  carry_out(*answerer, call_for(*answerer, header, owned, reader, std::move(replied)));
}

CallPtr Talk::call_for(const Answerer& answerer, const RequestHeader& header,
                       std::shared_ptr<std::string> frame, Reader body, Replied replied) {
  const auto& api = *protocol::find_api(header.key);
  auto call = std::make_shared<Call>(service_.world_, api, header.version, session_);
  call->client_id = header.client_id;
  call->frame = std::move(frame);
  call->body = body;
  call->faults = service_.faults_.plan(
      {answerer.key, session_->broker, call->client_id, body.rest(), body.flexible()});
  // The call owns what is to be done when it is done: no more than a weak view of it in there.
  call->when_done([self = shared_from_this(), view = std::weak_ptr(call),
                   correlation = header.correlation,
                   replied = std::move(replied)](std::optional<Writer> writer, std::string why) {
    const auto done = view.lock();
    if (done == nullptr || !self->session_->open) return;
    if (!why.empty()) return replied(closing(std::move(why)));
    if (!writer) return replied({});
    auto reply = self->reply_to(*done, correlation, std::move(*writer));
    const auto bytes =
        done->api.key == ApiKey::produce ? done->frame->size() : reply.message->size();
    self->send(std::move(reply), time_on_disk(done->faults, done->api.key, bytes), replied);
  });
  return call;
}

void Talk::carry_out(const Answerer& answerer, const CallPtr& call) {
  if (call->faults.disconnect == Disconnect::before) {
    return call->refuse("a fault: disconnect before");
  }
  if (call->faults.delay == Millis{0}) return answerer.answer(call);
  auto& world = service_.world_;
  world.agenda.at(world.clock.steady_now() + call->faults.delay, [&answerer, call] {
    if (call->session->open) answerer.answer(call);
  });
}

Reply Talk::reply_to(const Call& call, std::int32_t correlation, Writer body) {
  auto message = std::move(body).message();
  const auto& faults = call.faults;
  if (faults.truncate && *faults.truncate < message.size()) {
    Writer cut;
    cut.raw(message.text().substr(0, *faults.truncate));
    message = std::move(cut).message();
  }
  Reply reply;
  reply.message = framed(call.api, call.version, correlation, message);
  reply.close = call.close_after || faults.disconnect == Disconnect::after;
  if (reply.close) reply.why = call.close_after ? "the login failed" : "a fault: disconnect after";
  if (faults.disconnect == Disconnect::during) {
    reply.cut_at = reply.message->size() / 2;
    reply.close = true;
    reply.why = "a fault: disconnect during a response";
  }
  return reply;
}

void Talk::send(Reply reply, Millis later, const Replied& replied) {
  if (later == Millis{0}) return replied(std::move(reply));
  auto& world = service_.world_;
  world.agenda.at(world.clock.steady_now() + later,
                  [self = shared_from_this(), reply = std::move(reply), replied]() mutable {
                    if (self->session_->open) replied(std::move(reply));
                  });
}

// SaslHandshake v0: the mechanism's messages come without any header.
void Talk::answer_bare(std::string_view message, const Replied& replied) {
  const auto step = session_->login->step(message);
  if (step.error != protocol::ErrorCode::none) return replied(closing("the login failed"));
  Writer writer;
  writer.bytes(step.answer);
  replied({std::move(writer).message(), std::nullopt, false, {}});
}

}  // namespace partwise::service
