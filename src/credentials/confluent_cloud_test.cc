#include "credentials/confluent_cloud.h"

#include <gtest/gtest.h>

#include "credentials/control_plane_fake.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

constexpr const char* post = "POST /iam/v2/api-keys";
constexpr const char* list = "GET /iam/v2/api-keys";

const ApiKeyOrder order = {"partwise-temporary lkc-1", "run r key 1", "sa-1", "lkc-1"};

TEST(CloudEnvironments, AreListedFromAllPages) {
  FakeControlPlane plane;
  for (const auto* id : {"env-1", "env-2", "env-3", "env-4", "env-5"}) {
    plane.add_environment(id, std::string("name of ") + id);
  }
  plane.environments[4]["stream_governance_config"]["package"] = "ESSENTIALS";
  plane.environments[3].erase("display_name");
  const auto environments = plane.cloud.environments({});
  ASSERT_TRUE(environments) << environments.error().message;
  ASSERT_EQ(environments->size(), 5U);
  EXPECT_EQ((*environments)[2].display_name, "name of env-3");
  EXPECT_EQ((*environments)[3].display_name, "");
  EXPECT_EQ((*environments)[4].governance_package, "ESSENTIALS");
  EXPECT_EQ(plane.asked("GET /org/v2/environments"), 3);
}

TEST(CloudClusters, AreReadAsTheServiceDescribesThem) {
  FakeControlPlane plane;
  plane.clusters["env-1"] = {json::parse(R"({"id": "lkc-1", "spec": {
      "availability": "MULTI_ZONE", "cloud": "AWS", "region": "us-east-1", "display_name": "prod",
      "config": {"kind": "Dedicated", "cku": 2}, "environment": {"id": "env-1"},
      "kafka_bootstrap_endpoint": "SASL_SSL://pkc-1.example.com:9092",
      "http_endpoint": "https://pkc-1.example.com:443",
      "endpoints": {
        "ap1": {"kafka_bootstrap_endpoint": "lkc-1.private.example.com:9092",
                "http_endpoint": "https://lkc-1.private.example.com", "connection_type": "NEWTYPE"},
        "PUBLIC": {"kafka_bootstrap_endpoint": "pub.example.com:9092",
                   "connection_type": "PUBLIC"}}},
      "status": {"phase": "PROVISIONED", "cku": 3}})"),
                             json::parse(R"({"id": "lkc-2", "spec": {
      "config": {"kind": "Basic", "max_ecku": 5}, "network": {"id": "n-1"}}})")};
  const auto clusters = plane.cloud.clusters("env-1", {});
  ASSERT_TRUE(clusters);
  ASSERT_EQ(clusters->size(), 2U);
  const auto& dedicated = (*clusters)[0];
  EXPECT_EQ(dedicated.display_name, "prod");
  EXPECT_EQ(dedicated.kind + dedicated.availability + dedicated.cloud + dedicated.region,
            "DedicatedMULTI_ZONEAWSus-east-1");
  EXPECT_EQ(dedicated.phase, "PROVISIONED");
  EXPECT_EQ(dedicated.cku, 3);
  EXPECT_EQ(dedicated.own_endpoint->bootstrap, "pkc-1.example.com:9092");
  EXPECT_EQ(dedicated.own_endpoint->http, "https://pkc-1.example.com:443");
  ASSERT_EQ(dedicated.endpoints.size(), 2U);
  EXPECT_EQ(chosen_endpoint(dedicated, "ap1")->bootstrap, "lkc-1.private.example.com:9092");
  EXPECT_EQ(chosen_endpoint(dedicated, "ap1")->connection, "NEWTYPE");
  const auto& basic = (*clusters)[1];
  EXPECT_EQ(basic.environment, "env-1");
  EXPECT_EQ(basic.max_ecku, 5);
  EXPECT_FALSE(basic.cku);
  EXPECT_FALSE(basic.own_endpoint);
}

TEST(CloudClusters, OfOddShapesAreReadAsFarAsTheyGo) {
  FakeControlPlane plane;
  for (
      const auto* text :
      {R"({"id": "a"})", R"({"id": "b", "spec": null, "status": null})",
       R"({"id": "c", "spec": [], "status": "x"})",
       R"({"id": "d", "spec": {"config": "Basic", "endpoints": [1], "region": 7,
            "kafka_bootstrap_endpoint": null}, "status": {"phase": 1, "cku": "2"}})",
       R"({"id": "e", "spec": {"endpoints": {"x": null, "y": {}, "z": 1}, "config": {"cku": -1}}})"}) {
    plane.clusters["env-1"].push_back(json::parse(text));
  }
  const auto clusters = plane.cloud.clusters("env-1", {});
  ASSERT_TRUE(clusters);
  ASSERT_EQ(clusters->size(), 5U);
  for (const auto& cluster : *clusters) {
    EXPECT_EQ(cluster.phase + cluster.kind + cluster.region, "") << cluster.id;
    EXPECT_TRUE(cluster.endpoints.empty() && !cluster.own_endpoint && !cluster.cku) << cluster.id;
  }
}

TEST(CloudClusters, AreAskedForByEnvironment) {
  FakeControlPlane plane;
  plane.add_cluster("env-1", "lkc-1");
  plane.add_cluster("env-2", "lkc-2");
  EXPECT_EQ(plane.cloud.clusters("env-2", {})->at(0).id, "lkc-2");
  EXPECT_EQ(plane.exchange.requests()[0].url,
            "https://api.example.com/cmk/v2/clusters?environment=env-2&page_size=100");
}

TEST(CloudKeys, AreListedByOwnerAndCluster) {
  FakeControlPlane plane;
  plane.add_key("K1", "partwise-temporary lkc-1", "d", "sa-1", "lkc-1");
  plane.add_key("K2", "mine", "d", "sa-1", "lkc-2");
  plane.add_key("K3", "partwise-temporary lkc-1", "d", "u-2", "lkc-1");
  plane.add_key("K4", "a Cloud key", "d", "sa-1", "");
  plane.keys["K4"]["spec"]["resource"] = nullptr;
  EXPECT_EQ(plane.cloud.keys("", "", {})->size(), 4U);
  EXPECT_EQ(plane.cloud.keys("sa-1", "", {})->size(), 3U);
  EXPECT_EQ(plane.cloud.keys("sa-1", "lkc-2", {})->at(0).display_name, "mine");
  EXPECT_EQ(plane.cloud.keys("", "", {})->at(3).cluster, "");
  const auto leftovers = plane.cloud.leftovers("", "", {});
  ASSERT_EQ(leftovers->size(), 2U);
  EXPECT_EQ(leftovers->at(1).owner, "u-2");
}

TEST(CloudKeys, AreMadeByOnePost) {
  FakeControlPlane plane;
  const auto key = plane.cloud.create_key(order, {});
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->id, "KEY1");
  EXPECT_EQ(key->secret.reveal(), "secret of KEY1");
  EXPECT_FALSE(key->second);
  EXPECT_EQ(plane.asked(), std::vector<std::string>{post});
  const auto& request = plane.exchange.requests()[0];
  EXPECT_FALSE(request.may_repeat());
  EXPECT_EQ(json::parse(request.body), json::parse(R"({"spec": {
      "display_name": "partwise-temporary lkc-1", "description": "run r key 1",
      "owner": {"id": "sa-1"}, "resource": {"id": "lkc-1"}}})"));
}

TEST(CloudKeys, ThatAreRefusedAreNotAskedForAgain) {
  for (const auto& [status, kind] : {std::pair(401, ErrorKind::unauthorized),
                                     {402, ErrorKind::limit},
                                     {403, ErrorKind::unauthorized},
                                     {409, ErrorKind::invalid_input},
                                     {429, ErrorKind::limit}}) {
    FakeControlPlane plane;
    plane.instead = [status = status](const auto&) {
      return FakeControlPlane::refusal(status, "no");
    };
    const auto none = plane.cloud.create_key(order, {});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, kind);
    EXPECT_EQ(plane.asked(), std::vector<std::string>{post}) << status;
  }
}

// The first POST does what it should, and its reply does not come.
void lose_replies(FakeControlPlane& plane, int count, const Result<http::Reply>& instead) {
  plane.afterwards =
      [left = count,
       instead](const http::Request& request) mutable -> std::optional<Result<http::Reply>> {
    if (request.method != "POST" || left-- <= 0) return std::nullopt;
    return instead;
  };
}

TEST(CloudKeys, WhoseReplyIsLostAreDeletedAndMadeAnew) {
  for (const auto& trouble : std::vector<Result<http::Reply>>{
           fail(ErrorKind::timeout, "late"), fail(ErrorKind::unavailable, "reset"),
           fail(ErrorKind::limit, "too large"), http::Reply{500, {}, ""},
           http::Reply{504, {}, "<html></html>"}, http::Reply{202, {}, ""},
           http::Reply{202, {}, R"({"id":"KEY1","spec":{}})"}}) {
    FakeControlPlane plane;
    plane.add_key("OTHER", "partwise-temporary lkc-1", "run r key 7", "sa-1", "lkc-1");
    plane.add_key("THEIRS", "theirs", "", "sa-1", "lkc-1");
    lose_replies(plane, 1, trouble);
    const auto key = plane.cloud.create_key(order, {});
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key->id, "KEY2");
    EXPECT_TRUE(key->second);
    EXPECT_EQ(plane.keys.size(), 3U);
    EXPECT_FALSE(plane.keys.contains("KEY1"));
  }
}

TEST(CloudKeys, AreGivenUpAfterTheSecondLossAndNothingIsLeft) {
  FakeControlPlane plane;
  lose_replies(plane, 9, http::Reply{503, {}, ""});
  const auto none = plane.cloud.create_key(order, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(none.error().message, "making an API key for cluster lkc-1: HTTP status 503");
  EXPECT_EQ(plane.asked(post), 2);
  EXPECT_TRUE(plane.keys.empty());
}

TEST(CloudKeys, ThatMayBeThereAreToldWhenTheyCannotBeDeleted) {
  FakeControlPlane plane;
  lose_replies(plane, 9, fail(ErrorKind::timeout, "late"));
  plane.instead = [](const http::Request& request) -> std::optional<Result<http::Reply>> {
    if (request.method == "GET") return fail(ErrorKind::unavailable, "no route");
    return std::nullopt;
  };
  const auto none = plane.cloud.create_key(order, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::timeout);
  EXPECT_EQ(none.error().message,
            "making an API key for cluster lkc-1: late; so a key may have been made, and it could "
            "not be deleted: listing the API keys of sa-1 for cluster lkc-1: no route");
  EXPECT_EQ(none.error().hint, "delete the API key whose description is \"run r key 1\"");
  EXPECT_EQ(plane.asked(post), 1);
}

TEST(CloudKeys, HearAStopBeforeARequestAndNotWithin) {
  FakeControlPlane plane;
  std::stop_source stop;
  plane.afterwards = [&](const http::Request&) -> std::optional<Result<http::Reply>> {
    stop.request_stop();
    return std::nullopt;
  };
  EXPECT_TRUE(plane.cloud.create_key(order, stop.get_token()));
  EXPECT_EQ(plane.cloud.create_key(order, stop.get_token()).error().kind, ErrorKind::interrupted);
  EXPECT_EQ(plane.asked(), std::vector<std::string>{post});
}

TEST(CloudKeys, LostDuringAStopAreDeletedAndNotMadeAnew) {
  FakeControlPlane plane;
  std::stop_source stop;
  plane.afterwards = [&](const http::Request& request) -> std::optional<Result<http::Reply>> {
    stop.request_stop();
    if (request.method != "POST") return std::nullopt;
    return fail(ErrorKind::timeout, "late");
  };
  EXPECT_EQ(plane.cloud.create_key(order, stop.get_token()).error().kind, ErrorKind::timeout);
  EXPECT_EQ(plane.asked(), (std::vector<std::string>{post, list, "DELETE /iam/v2/api-keys/KEY1"}));
  EXPECT_TRUE(plane.keys.empty());
}

TEST(CloudKeys, AreDeletedAndGoneOnesAreNoError) {
  FakeControlPlane plane;
  plane.add_key("K1", "", "", "sa-1", "lkc-1");
  const Millis patience(7'000);
  EXPECT_TRUE(plane.cloud.delete_key("K1", patience, {}));
  EXPECT_TRUE(plane.keys.empty());
  EXPECT_EQ(plane.exchange.requests()[0].patience, patience);
  EXPECT_TRUE(plane.cloud.delete_key("K1", patience, {}));  // 403, also when read; not in the list
  plane.instead = [](const auto&) { return FakeControlPlane::refusal(404, "Not Found"); };
  EXPECT_TRUE(plane.cloud.delete_key("K1", patience, {}));
}

TEST(CloudKeys, ThatMayNotBeDeletedAreNotTakenForGone) {
  FakeControlPlane plane;
  plane.add_key("K1", "", "", "sa-1", "lkc-1");
  plane.instead = [](const http::Request& request) -> std::optional<Result<http::Reply>> {
    if (request.method == "DELETE") return FakeControlPlane::refusal(403, "not without the role");
    return std::nullopt;
  };
  const auto kept = plane.cloud.delete_key("K1", Millis(1'000), {});
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(kept.error().message,
            "deleting API key K1: HTTP status 403: not without the role (request id req-1)");
}

TEST(CloudKeys, AreNotTakenForGoneWhereNothingMayBeSeenAnyMore) {
  FakeControlPlane plane;
  plane.add_key("K1", "", "", "sa-1", "lkc-1");
  plane.instead = [](const auto&) { return FakeControlPlane::refusal(403, "the role has ended"); };
  EXPECT_FALSE(plane.cloud.delete_key("K1", Millis(1'000), {}));
  // A list that may be read, with it inside, says that it is there.
  plane.instead = [](const http::Request& request) -> std::optional<Result<http::Reply>> {
    if (request.url.find("/api-keys/K1") == std::string::npos) return std::nullopt;
    return FakeControlPlane::refusal(403, "the role has ended");
  };
  EXPECT_FALSE(plane.cloud.delete_key("K1", Millis(1'000), {}));
}

TEST(CloudKeys, DoNotLetTheirIdsLeadElsewhere) {
  FakeControlPlane plane;
  (void)plane.cloud.delete_key("../x?y", Millis(1'000), {});
  EXPECT_EQ(plane.asked().at(0), "DELETE /iam/v2/api-keys/..%2Fx%3Fy");
}

TEST(ConfluentCloudErrors, NeverHaveTheSecret) {
  FakeControlPlane plane;
  ConfluentCloud cloud(plane.exchange, FakeControlPlane::base,
                       {"CLOUDKEY", config::Secret("hunter2")});
  const auto none = cloud.environments({});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::unauthorized);
  EXPECT_EQ((none.error().message + none.error().hint).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace partwise::credentials
