#include "credentials/confluent_selection.h"

#include <gtest/gtest.h>

#include "credentials/control_plane_fake.h"

namespace partwise::credentials {
namespace {

class Selection : public testing::Test {
 protected:
  Selection() {
    plane_.add_environment("env-prod1", "prod");
    plane_.add_environment("env-test2", "test");
    plane_.add_cluster("env-prod1", "lkc-aaa111");
    plane_.add_cluster("env-prod1", "lkc-bbb222");
    plane_.add_cluster("env-test2", "lkc-ccc333");
  }
  Result<ChosenClusters> chosen(const ClusterFilter& filter) {
    return chosen_clusters(plane_.cloud, filter, stop_.get_token());
  }
  static std::vector<std::string> ids(const Result<ChosenClusters>& chosen) {
    std::vector<std::string> found;
    for (const auto& cluster : chosen.value().clusters) found.push_back(cluster.id);
    return found;
  }
  // The service refuses to list one environment's clusters.
  void refuse(const std::string& environment) {
    plane_.instead =
        [environment](const http::Request& request) -> std::optional<Result<http::Reply>> {
      if (request.url.find("environment=" + environment) == std::string::npos) return std::nullopt;
      return FakeControlPlane::refusal(403, "not yours");
    };
  }

  FakeControlPlane plane_;
  std::stop_source stop_;
};

TEST_F(Selection, WithoutAFilterIsAll) {
  EXPECT_EQ(ids(chosen({})), (std::vector<std::string>{"lkc-aaa111", "lkc-bbb222", "lkc-ccc333"}));
}

TEST_F(Selection, ByEnvironmentAsksForThatAlone) {
  EXPECT_EQ(ids(chosen({{"env-test2"}, {}})), std::vector<std::string>{"lkc-ccc333"});
  EXPECT_EQ(plane_.asked("GET /cmk/v2/clusters"), 1);
}

TEST_F(Selection, ByClusterTakesItWhereverItIs) {
  EXPECT_EQ(ids(chosen({{}, {"lkc-ccc333", "lkc-aaa111"}})),
            (std::vector<std::string>{"lkc-aaa111", "lkc-ccc333"}));
}

TEST_F(Selection, NamesAnUnknownIdAndTheNearestOne) {
  const auto environment = chosen({{"env-test2", "env-prud1"}, {}});
  ASSERT_FALSE(environment);
  EXPECT_EQ(environment.error().kind, ErrorKind::invalid_input);
  EXPECT_EQ(environment.error().message,
            "there is no environment env-prud1 that this Cloud API key can see");
  EXPECT_EQ(environment.error().hint, "do you mean env-prod1?");
  EXPECT_EQ(chosen({{"test"}, {}}).error().hint, "test is the name of env-test2: write the id");
  EXPECT_EQ(plane_.asked("GET /cmk/v2/clusters"), 0);
  const auto cluster = chosen({{"env-prod1"}, {"lkc-aaa112"}});
  ASSERT_FALSE(cluster);
  EXPECT_EQ(cluster.error().message,
            "there is no cluster lkc-aaa112 that this Cloud API key can see in env-prod1");
  EXPECT_EQ(cluster.error().hint, "do you mean lkc-aaa111?");
  EXPECT_EQ(chosen({{"env-prod1"}, {"name of lkc-bbb222"}}).error().hint,
            "name of lkc-bbb222 is the name of lkc-bbb222: write the id");
  EXPECT_EQ(chosen({{"env-test2"}, {"wholly-else"}}).error().hint, "there are: lkc-ccc333");
}

TEST_F(Selection, SkipsWhatCannotBeReachedAndSaysWhy) {
  plane_.add_cluster("env-test2", "lkc-new", "PROVISIONING");
  plane_.add_cluster("env-test2", "lkc-bad", "FAILED");
  plane_.add_cluster("env-test2", "lkc-mute")["spec"].erase("kafka_bootstrap_endpoint");
  plane_.add_cluster("env-test2", "lkc-odd")["status"]["phase"] = "RESTING";
  const auto found = chosen({{"env-test2"}, {}});
  EXPECT_EQ(ids(found), (std::vector<std::string>{"lkc-ccc333", "lkc-odd"}));
  ASSERT_EQ(found->skipped.size(), 3U);
  EXPECT_EQ(found->skipped[0].reason, "it is being provisioned");
  EXPECT_EQ(found->skipped[1].reason, "its provisioning failed");
  EXPECT_EQ(found->skipped[2].cluster.id + ": " + found->skipped[2].reason,
            "lkc-mute: it has no bootstrap servers");
  EXPECT_EQ(chosen({{}, {"lkc-new"}})->skipped.size(), 1U);
}

TEST_F(Selection, OneEnvironmentThatCannotBeListedDoesNotHideTheOthers) {
  refuse("env-prod1");
  const auto found = chosen({});
  EXPECT_EQ(ids(found), std::vector<std::string>{"lkc-ccc333"});
  ASSERT_EQ(found->failures.size(), 1U);
  EXPECT_EQ(found->failures[0].kind, ErrorKind::unauthorized);
  EXPECT_NE(found->failures[0].message.find("env-prod1"), std::string::npos);
}

TEST_F(Selection, DoesNotCallAnIdWrongThatAnUnlistedEnvironmentMayHave) {
  refuse("env-prod1");
  const auto none = chosen({{}, {"lkc-aaa111"}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::unauthorized);
  EXPECT_NE(none.error().message.find("no cluster lkc-aaa111"), std::string::npos);
  EXPECT_NE(none.error().message.find("not yours"), std::string::npos) << none.error().message;
}

TEST_F(Selection, EndsAtAStop) {
  plane_.afterwards = [this](const auto&) -> std::optional<Result<http::Reply>> {
    stop_.request_stop();
    return std::nullopt;
  };
  EXPECT_EQ(chosen({}).error().kind, ErrorKind::interrupted);
}

}  // namespace
}  // namespace partwise::credentials
