#include "config/client_properties.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "config/file_text.h"
#include "config/jaas.h"
#include "config/properties_text.h"

namespace partwise::config {
namespace {

struct Renamed {
  std::string_view java;
  std::string_view librdkafka;
};

constexpr auto renamed = std::to_array<Renamed>({
    {"request.timeout.ms", "socket.timeout.ms"},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"sasl.oauthbearer.client.credentials.client.id", "sasl.oauthbearer.client.id"},
    {"sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.secret"},
    // librdkafka's own second names: under one, what a cluster says replaces what all have.
    {"sasl.mechanisms", "sasl.mechanism"},
    {"metadata.broker.list", "bootstrap.servers"},
});

// What measuring sets itself (kafka/client.cc): to take another value silently would be a lie.
constexpr auto refused = std::to_array<std::string_view>(
    {"group.id", "group.instance.id", "enable.auto.commit", "auto.commit.enable", "isolation.level",
     "auto.offset.reset", "interceptor.classes", "allow.auto.create.topics", "enable.partition.eof",
     "check.crcs", "enable.metrics.push", "fetch.wait.max.ms", "fetch.max.wait.ms",
     "fetch.message.max.bytes", "max.partition.fetch.bytes", "fetch.error.backoff.ms",
     "fetch.queue.backoff.ms", "queued.min.messages", "queued.max.messages.kbytes"});

// Of producers, of consumer groups, of code around a client, of schema registries, and of how Java
// keeps a token fresh: nothing here could honour them or fail to. Files that are made for all kinds
// of clients have them.
constexpr auto of_others =
    std::to_array<std::string_view>({"acks",
                                     "request.required.acks",
                                     "retries",
                                     "message.send.max.retries",
                                     "linger.ms",
                                     "queue.buffering.max.ms",
                                     "queue.buffering.max.messages",
                                     "queue.buffering.max.kbytes",
                                     "queue.buffering.backpressure.threshold",
                                     "batch.size",
                                     "batch.num.messages",
                                     "buffer.memory",
                                     "max.request.size",
                                     "max.block.ms",
                                     "max.in.flight",
                                     "max.in.flight.requests.per.connection",
                                     "delivery.timeout.ms",
                                     "message.timeout.ms",
                                     "delivery.report.only.error",
                                     "produce.offset.report",
                                     "queuing.strategy",
                                     "compression.type",
                                     "compression.codec",
                                     "compression.level",
                                     "compression.gzip.level",
                                     "compression.lz4.level",
                                     "compression.zstd.level",
                                     "enable.idempotence",
                                     "enable.gapless.guarantee",
                                     "transactional.id",
                                     "transaction.timeout.ms",
                                     "metadata.max.idle.ms",
                                     "partitioner",
                                     "partitioner.class",
                                     "partitioner.adaptive.partitioning.enable",
                                     "partitioner.availability.timeout.ms",
                                     "partitioner.ignore.keys",
                                     "sticky.partitioning.linger.ms",
                                     "key.serializer",
                                     "value.serializer",
                                     "key.deserializer",
                                     "value.deserializer",
                                     "session.timeout.ms",
                                     "heartbeat.interval.ms",
                                     "max.poll.interval.ms",
                                     "max.poll.records",
                                     "partition.assignment.strategy",
                                     "group.protocol",
                                     "group.protocol.type",
                                     "group.remote.assignor",
                                     "coordinator.query.interval.ms",
                                     "auto.commit.interval.ms",
                                     "enable.auto.offset.store",
                                     "exclude.internal.topics",
                                     "sasl.login.connect.timeout.ms",
                                     "sasl.login.read.timeout.ms",
                                     "sasl.login.retry.backoff.ms",
                                     "sasl.login.retry.backoff.max.ms",
                                     "sasl.oauthbearer.clock.skew.seconds",
                                     "sasl.oauthbearer.expected.audience",
                                     "sasl.oauthbearer.expected.issuer",
                                     "sasl.oauthbearer.jwt.validator.class",
                                     "sasl.oauthbearer.scope.claim.name",
                                     "sasl.oauthbearer.sub.claim.name"});

// Java's stores. Of these, librdkafka has ssl.keystore.location and .password too, for PKCS#12.
constexpr auto of_stores = std::to_array<std::string_view>(
    {"ssl.truststore.location", "ssl.truststore.password", "ssl.truststore.type",
     "ssl.truststore.certificates", "ssl.keystore.location", "ssl.keystore.password",
     "ssl.keystore.type", "ssl.keystore.key", "ssl.keystore.certificate.chain"});

template <std::size_t N>
bool has(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Translation {
 public:
  void add(const std::string& name, const std::string& value, const std::string& from) {
    from_ = from;
    if (name == "sasl.jaas.config") return add_jaas(value);
    if (has(of_stores, name)) {
      stores_[name] = {value, from_};
    } else if (has(refused, name)) {
      refuse(name, "measuring sets it itself", "remove it");
    } else if (is_of_others(name)) {
      warnings_.push_back(fmt::format("{}: property {} has no effect here", from, name));
    } else if (is_of_tokens(name)) {
      add_token_setting(name, value);
    } else if (name == "ssl.endpoint.identification.algorithm" && value.empty()) {
      set(name, "none");  // Java's way to turn it off
    } else {
      const auto* const other = std::find_if(renamed.begin(), renamed.end(),
                                             [&](const Renamed& row) { return row.java == name; });
      set(other == renamed.end() ? name : std::string(other->librdkafka), value);
    }
  }

  void add_line(const PropertyLine& line, const std::string& from) {
    // Where the '=' was forgotten, the name holds the value: such a name is never shown.
    if (line.separated && may_be_a_name(line.name)) return add(line.name, line.value, from);
    errors_.push_back({ErrorKind::invalid_input, "not a name=value line",
                       "write name=value, the name in small letters, or # before a comment", from});
  }

  tl::expected<TranslatedProperties, Errors> finish() {
    add_trust_store();
    add_key_store();
    add_token_method();
    if (!errors_.empty()) return tl::unexpected(std::move(errors_));
    return TranslatedProperties{std::move(properties_), std::move(warnings_)};
  }

 private:
  struct Setting {
    std::string value;
    std::string from;
  };

  static bool may_be_a_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
  }

  static bool is_of_others(std::string_view name) {
    return has(of_others, name) || name.starts_with("schema.registry.") ||
           name.starts_with("basic.auth.") || name.starts_with("sasl.login.refresh.");
  }

  static bool is_of_tokens(std::string_view name) {
    return name == "sasl.login.callback.handler.class" ||
           name == "sasl.oauthbearer.jwt.retriever.class" ||
           name == "sasl.oauthbearer.token.endpoint.url" ||
           name == "sasl.oauthbearer.header.urlencode";
  }

  // Of Java's ways to a token, librdkafka has one: client credentials (OIDC).
  void add_token_setting(const std::string& name, const std::string& value) {
    if (name == "sasl.oauthbearer.token.endpoint.url") {
      if (!value.starts_with("file:")) return set(name, value);
      return refuse(name, "a token from a file is not supported", "give a URL of http or https");
    }
    if (name == "sasl.oauthbearer.header.urlencode") {
      if (lowered(value) == "false") return;
      return refuse(name, "id and secret are sent as they are", "remove it");
    }
    if (value.ends_with("OAuthBearerLoginCallbackHandler") ||
        value.ends_with("ClientCredentialsJwtRetriever") || value.ends_with("DefaultJwtRetriever"))
      return set("sasl.oauthbearer.method", "oidc");
    refuse(name, "its Java class cannot be run here",
           "use sasl.oauthbearer.* or another mechanism");
  }

  void add_token_method() {
    const auto* client = find_property(properties_, "sasl.oauthbearer.client.id");
    if (client == nullptr || find_property(properties_, "sasl.oauthbearer.method") != nullptr)
      return;
    from_ = client->from;
    set("sasl.oauthbearer.method", "oidc");
  }

  void set(std::string name, std::string value) {
    set_property(properties_, {std::move(name), Secret(std::move(value)), from_});
  }

  void refuse(std::string_view name, std::string_view why, std::string hint) {
    errors_.push_back({ErrorKind::invalid_input,
                       fmt::format("property {} cannot be honoured: {}", name, why),
                       std::move(hint), from_});
  }

  void add_jaas(const std::string& value) {
    auto jaas = jaas_from_text(value);
    if (!jaas) {
      jaas.error().from = from_;
      errors_.push_back(std::move(jaas).error());
      return;
    }
    const auto take = [&](const char* option, const char* property) {
      const auto found = jaas->options.find(option);
      if (found == jaas->options.end()) {
        refuse("sasl.jaas.config", fmt::format("{} has no option {}", jaas->module, option), {});
      } else {
        set(property, found->second);
      }
    };
    if (jaas->module == "PlainLoginModule" || jaas->module == "ScramLoginModule") {
      take("username", "sasl.username");
      take("password", "sasl.password");
    } else if (jaas->module == "OAuthBearerLoginModule") {
      add_token_options(jaas->options);
    } else {
      refuse("sasl.jaas.config", fmt::format("login module {} is not supported", jaas->module),
             "PlainLoginModule, ScramLoginModule and OAuthBearerLoginModule are");
    }
  }

  // What is not here may be in properties of its own.
  void add_token_options(const std::map<std::string, std::string>& options) {
    constexpr std::string_view extension = "extension_";
    std::string extensions;
    for (const auto& [name, value] : options) {
      if (name == "clientId") {
        set("sasl.oauthbearer.client.id", value);
      } else if (name == "clientSecret") {
        set("sasl.oauthbearer.client.secret", value);
      } else if (name == "scope") {
        set("sasl.oauthbearer.scope", value);
      } else if (name.starts_with(extension)) {
        extensions += (extensions.empty() ? "" : ",") + name.substr(extension.size()) + "=" + value;
      } else {
        refuse("sasl.jaas.config", fmt::format("option {} is not supported", name),
               "clientId, clientSecret, scope and extension_... are");
      }
    }
    if (!extensions.empty()) set("sasl.oauthbearer.extensions", extensions);
    set("sasl.oauthbearer.method", "oidc");
  }

  std::optional<Setting> store(const std::string& name) {
    const auto found = stores_.find(name);
    if (found == stores_.end()) return std::nullopt;
    from_ = found->second.from;
    return found->second;
  }

  void add_trust_store() {
    if (const auto inline_pem = store("ssl.truststore.certificates")) {
      set("ssl.ca.pem", inline_pem->value);
    }
    const auto location = store("ssl.truststore.location");
    if (!location) return;
    const auto type = store("ssl.truststore.type").value_or(Setting{"JKS", location->from}).value;
    from_ = location->from;
    if (lowered(type) == "pem") return set("ssl.ca.location", location->value);
    refuse("ssl.truststore.location", fmt::format("a {} store cannot be read here", type),
           "export it to PEM (keytool -exportcert -rfc) and set ssl.truststore.type=PEM, or "
           "ssl.ca.location");
  }

  void add_key_store() {
    if (const auto chain = store("ssl.keystore.certificate.chain")) {
      set("ssl.certificate.pem", chain->value);
    }
    if (const auto key = store("ssl.keystore.key")) set("ssl.key.pem", key->value);
    const auto location = store("ssl.keystore.location");
    if (!location) return;
    const auto& file = location->value;
    const bool named_so = file.ends_with(".p12") || file.ends_with(".pfx");
    const auto type = lowered(
        store("ssl.keystore.type").value_or(Setting{named_so ? "pkcs12" : "jks", {}}).value);
    from_ = location->from;
    if (type == "pkcs12") {
      set("ssl.keystore.location", location->value);
      if (const auto password = store("ssl.keystore.password")) {
        set("ssl.keystore.password", password->value);
      }
    } else if (type == "pem") {
      set("ssl.certificate.location", location->value);
      set("ssl.key.location", location->value);
    } else {
      refuse("ssl.keystore.location", "a JKS store cannot be read here",
             "convert it: keytool -importkeystore -deststoretype pkcs12, and set "
             "ssl.keystore.type=PKCS12");
    }
  }

  std::string from_;
  std::map<std::string, Setting> stores_;
  ClientProperties properties_;
  std::vector<std::string> warnings_;
  Errors errors_;
};

}  // namespace

tl::expected<TranslatedProperties, Errors> translated(const ClientProperties& given) {
  Translation translation;
  for (const auto& property : given) {
    translation.add(property.name, property.value.reveal(), property.from);
  }
  return translation.finish();
}

tl::expected<TranslatedProperties, Errors> client_properties_from_text(std::string_view text,
                                                                       const std::string& file) {
  Translation translation;
  for (const auto& line : property_lines(text)) {
    translation.add_line(line, fmt::format("{} line {}", file, line.line));
  }
  return translation.finish();
}

tl::expected<TranslatedProperties, Errors> client_properties_from_file(const std::string& path) {
  const auto text = file_text(path);
  if (!text) {
    return tl::unexpected(Errors{{ErrorKind::invalid_input, text.error().message,
                                  "name a client.properties file", "--config"}});
  }
  return client_properties_from_text(*text, path);
}

Errors unreadable_files(const ClientProperties& properties) {
  Errors errors;
  for (const auto& property : properties) {
    const auto& path = property.value.reveal();
    if (!property.name.ends_with(".location") || path == "probe") continue;
    if (access(path.c_str(), R_OK) == 0) continue;
    errors.push_back({ErrorKind::invalid_input,
                      fmt::format("property {} names {}, which cannot be read: {}", property.name,
                                  path, std::strerror(errno)),
                      "correct the path, or the rights of the file", property.from});
  }
  return errors;
}

const ClientProperty* find_property(const ClientProperties& properties, std::string_view name) {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const auto& property) { return property.name == name; });
  return found == properties.end() ? nullptr : &*found;
}

void set_property(ClientProperties& properties, ClientProperty property) {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const auto& other) { return other.name == property.name; });
  if (found == properties.end()) {
    properties.push_back(std::move(property));
  } else {
    *found = std::move(property);
  }
}

}  // namespace partwise::config
