// What is refused before anything is reached.
#include "app/method_options.h"

#include <gtest/gtest.h>

#include "app/recommend_options.h"

namespace partwise::app {
namespace {

using Flags = std::map<std::string, std::string>;

// Of `recommend --method prometheus` with these flags.
tl::expected<RecommendOptions, Errors> options(const Flags& flags) {
  config::OptionSources sources;
  sources.environment = [](std::string_view) { return std::nullopt; };
  sources.flags = {{"bootstrap_servers", {"b:9092", "--bootstrap-servers"}},
                   {"method", {"prometheus", "--method"}},
                   {"prometheus_url", {"http://p", "--prometheus-url"}}};
  for (const auto& [name, text] : flags) sources.flags[name] = {text, name};
  const auto values = config::resolve(recommend_option_table(), sources);
  if (!values) return tl::unexpected(values.error());
  return recommend_options(*values);
}

std::string first_error(const Flags& flags) {
  const auto read = options(flags);
  return read ? "none" : read.error().front().message;
}

TEST(MethodOptions, TakeOneSizeOfRecordsOrOneForEachTopic) {
  const auto one = options({{"prometheus_record_bytes", "1KiB"}});
  ASSERT_TRUE(one);
  EXPECT_EQ(one->measured.prometheus.other_record_bytes, 1024);
  EXPECT_TRUE(one->measured.prometheus.record_bytes.empty());
  const auto many = options({{"prometheus_record_bytes", "orders=700B, clicks = 1KiB,2kB"}});
  ASSERT_TRUE(many);
  EXPECT_EQ(many->measured.prometheus.record_bytes,
            (std::map<std::string, double>{{"orders", 700}, {"clicks", 1024}}));
  EXPECT_EQ(many->measured.prometheus.other_record_bytes, 2000);
  EXPECT_FALSE(options({})->measured.prometheus.other_record_bytes);
}

TEST(MethodOptions, SayWhatIsNoSizeOfRecords) {
  const auto error = [](const char* text) {
    return first_error({{"prometheus_record_bytes", text}});
  };
  EXPECT_EQ(error("orders=big"), "PROMETHEUS_RECORD_BYTES: 'orders=big' is no size of records");
  EXPECT_EQ(error("orders=0"), "PROMETHEUS_RECORD_BYTES: 'orders=0' is no size of records");
  EXPECT_EQ(error("=700B"), "PROMETHEUS_RECORD_BYTES: '=700B' is no size of records");
  EXPECT_EQ(error("a=1,a=2"), "PROMETHEUS_RECORD_BYTES: a has two sizes");
  EXPECT_EQ(error("1,2"), "PROMETHEUS_RECORD_BYTES: there are two sizes for all other topics");
}

TEST(MethodOptions, KnowTheFlavours) {
  EXPECT_EQ(options({{"prometheus_flavour", "KMinion"}})->measured.prometheus.flavour, "kminion");
  EXPECT_NE(first_error({{"prometheus_flavour", "jmy"}}).find("'jmy' is not one of jmx|kcp"),
            std::string::npos);
}

TEST(MethodOptions, RefuseAWindowThatNoServiceTells) {
  EXPECT_NE(first_error({{"peak_window", "90s"}}).find("a peak window of"), std::string::npos);
  EXPECT_EQ(first_error({{"peak_window", "2h"}}), "none");
  // Brokers can be asked about any.
  EXPECT_EQ(first_error({{"peak_window", "90s"}, {"method", "sampling_records"}}), "none");
}

TEST(MethodOptions, SayWhatWasTypedForAnotherMethod) {
  config::OptionSources sources;
  sources.environment = [](std::string_view name) {
    return name == "PROMETHEUS_FLAVOUR" ? std::optional<std::string>("jmx") : std::nullopt;
  };
  sources.flags = {{"bootstrap_servers", {"b:9092", "--bootstrap-servers"}},
                   {"prometheus_url", {"http://p", "--prometheus-url"}},
                   {"schema_registry_url", {"http://r", "--schema-registry-url"}}};
  const auto read = recommend_options(*config::resolve(recommend_option_table(), sources));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->warnings,
            (std::vector<std::string>{"--prometheus-url is not used: the method is "
                                      "sampling_records (--method prometheus, or --cross-check)",
                                      "--schema-registry-url is not used without "
                                      "--use-kafka-writer"}));
}

TEST(MethodOptions, WarnOfLoginsThatOthersCanRead) {
  const auto warnings = [](const Flags& flags) { return options(flags)->warnings; };
  EXPECT_EQ(warnings({{"prometheus_token", "t"}}),
            std::vector<std::string>{"the login of Prometheus is sent to p:80 without encryption"});
  EXPECT_TRUE(warnings({}).empty());
  EXPECT_TRUE(warnings({{"prometheus_token", "t"}, {"prometheus_url", "https://p"}}).empty());
  EXPECT_TRUE(warnings({{"prometheus_token", "t"}, {"prometheus_url", "http://[::1]:90"}}).empty());
  const Flags registry = {{"use_kafka_writer", "yes"}, {"schema_registry_url", "http://r:8081"}};
  EXPECT_TRUE(warnings(registry).empty());
  auto with_login = registry;
  with_login["schema_registry_basic_auth_user_info"] = "user:secret";
  EXPECT_EQ(warnings(with_login), std::vector<std::string>{"the login of the Schema Registry is "
                                                           "sent to r:8081 without encryption"});
}

}  // namespace
}  // namespace partwise::app
