#include "credentials/temporary_keys.h"

#include <future>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "base/units.h"
#include "credentials/control_plane_fake.h"
#include "http/retrying.h"
#include "http/waiter_fake.h"

namespace partwise::credentials {
namespace {

using nlohmann::json;

class TemporaryKeysTest : public testing::Test {
 protected:
  TemporaryKeySettings settings() {
    TemporaryKeySettings settings;
    settings.note = {"r1", 0, "h", 7, 0, instant_from_text("2026-03-04T05:06:07Z").value()};
    settings.ended = [this](const KeyEnd& end) { ends_.push_back(end); };
    return settings;
  }
  // Deletions of this key are answered so.
  void refuse_to_delete(const std::string& id, Result<http::Reply> reply) {
    plane_.instead = [id,
                      reply](const http::Request& request) -> std::optional<Result<http::Reply>> {
      if (request.method != "DELETE" || !request.url.ends_with("/" + id)) return std::nullopt;
      return reply;
    };
  }
  void lose_the_reply_of_each_post() {
    plane_.afterwards = [](const http::Request& request) -> std::optional<Result<http::Reply>> {
      if (request.method != "POST") return std::nullopt;
      return fail(ErrorKind::timeout, "late");
    };
  }

  FakeControlPlane plane_;
  std::vector<KeyEnd> ends_;
};

TEST_F(TemporaryKeysTest, AreNotedAndDeletedAtTheEnd) {
  {
    TemporaryKeys keys(plane_.cloud, settings());
    EXPECT_EQ(keys.make("lkc-1", "sa-1", {})->id, "KEY1");
    EXPECT_EQ(keys.make("lkc-2", "sa-1", {})->id, "KEY2");
    EXPECT_EQ(plane_.keys["KEY2"]["spec"]["display_name"], "partwise-temporary lkc-2");
    EXPECT_EQ(plane_.keys["KEY2"]["spec"]["description"],
              "run r1 key 2, host h, pid 7 begun 0, started 2026-03-04T05:06:07Z; safe to delete "
              "when that "
              "run has ended");
  }
  EXPECT_TRUE(plane_.keys.empty());
  ASSERT_EQ(ends_.size(), 2U);
  EXPECT_FALSE(ends_[0].error || ends_[1].error);
}

TEST_F(TemporaryKeysTest, AreDeletedOnceOnly) {
  TemporaryKeys keys(plane_.cloud, settings());
  ASSERT_TRUE(keys.make("lkc-1", "sa-1", {}));
  ASSERT_TRUE(keys.make("lkc-1", "sa-1", {}));
  EXPECT_TRUE(keys.remove("KEY1"));
  EXPECT_TRUE(keys.remove("KEY1"));
  EXPECT_TRUE(keys.remove("never made"));
  EXPECT_TRUE(keys.remove_all().empty());
  EXPECT_TRUE(keys.remove_all().empty());
  EXPECT_EQ(plane_.asked(), (std::vector<std::string>{
                                "POST /iam/v2/api-keys", "POST /iam/v2/api-keys",
                                "DELETE /iam/v2/api-keys/KEY1", "DELETE /iam/v2/api-keys/KEY2"}));
  EXPECT_EQ(ends_.size(), 2U);
}

TEST_F(TemporaryKeysTest, ThatCannotBeDeletedAreToldByIdAndDoNotKeepTheOthers) {
  TemporaryKeys keys(plane_.cloud, settings());
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(keys.make("lkc-1", "sa-1", {}));
  refuse_to_delete("KEY5", FakeControlPlane::refusal(500, "no"));
  const auto errors = keys.remove_all();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message, "deleting API key KEY5: HTTP status 500: no (request id req-1)");
  EXPECT_EQ(plane_.keys.size(), 1U);
  ASSERT_EQ(ends_.size(), 9U);
  const auto kept = std::find_if(ends_.begin(), ends_.end(),
                                 [](const KeyEnd& end) { return end.error.has_value(); });
  ASSERT_NE(kept, ends_.end());
  EXPECT_EQ(kept->id + " " + kept->cluster, "KEY5 lkc-1");
}

TEST_F(TemporaryKeysTest, StayInTheAccountWhenRemovingOneFails) {
  TemporaryKeys keys(plane_.cloud, settings());
  ASSERT_TRUE(keys.make("lkc-1", "sa-1", {}));
  refuse_to_delete("KEY1", FakeControlPlane::refusal(500, "no"));
  EXPECT_EQ(keys.remove("KEY1").error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(ends_.empty());
  plane_.instead = nullptr;
  EXPECT_TRUE(keys.remove_all().empty());
  EXPECT_TRUE(plane_.keys.empty());
}

TEST_F(TemporaryKeysTest, AreTriedToBeDeletedAgainWithinThePatience) {
  http::FakeTime time;
  http::Retrying retrying(plane_.exchange, time, time, {});
  ConfluentCloud cloud(retrying, FakeControlPlane::base,
                       {"CLOUDKEY", config::Secret("cloudsecret")});
  TemporaryKeys keys(cloud, settings());
  ASSERT_TRUE(keys.make("lkc-1", "sa-1", {}));
  ASSERT_TRUE(keys.make("lkc-1", "sa-1", {}));
  plane_.instead =
      [failures = 3](const http::Request& request) mutable -> std::optional<Result<http::Reply>> {
    if (request.url.ends_with("KEY1") && failures-- > 0) {
      return fail(ErrorKind::unavailable, "reset");
    }
    if (request.url.ends_with("KEY2")) return http::Reply{503, {}, ""};
    return std::nullopt;
  };
  const auto start = time.passed();
  EXPECT_EQ(keys.remove_all().size(), 1U);
  EXPECT_EQ(plane_.keys.size(), 1U);
  EXPECT_TRUE(plane_.keys.contains("KEY2"));
  EXPECT_LE(time.passed() - start, Millis(60'000));  // two keys share the fake time
}

TEST_F(TemporaryKeysTest, AreNotMadeAfterAStopOrTheEnd) {
  std::stop_source stop;
  stop.request_stop();
  TemporaryKeys keys(plane_.cloud, settings());
  EXPECT_EQ(keys.make("lkc-1", "sa-1", stop.get_token()).error().kind, ErrorKind::interrupted);
  EXPECT_TRUE(keys.remove_all().empty());
  EXPECT_EQ(keys.make("lkc-1", "sa-1", {}).error().kind, ErrorKind::interrupted);
  EXPECT_TRUE(plane_.asked().empty());
}

TEST_F(TemporaryKeysTest, MadeWhileTheRunIsStoppedAreDeleted) {
  std::stop_source stop;
  plane_.afterwards = [&](const http::Request&) -> std::optional<Result<http::Reply>> {
    stop.request_stop();
    return std::nullopt;
  };
  TemporaryKeys keys(plane_.cloud, settings());
  EXPECT_TRUE(keys.make("lkc-1", "sa-1", stop.get_token()));
  EXPECT_TRUE(keys.remove_all().empty());
  EXPECT_TRUE(plane_.keys.empty());
}

TEST_F(TemporaryKeysTest, OnTheirWayAreWaitedForAtTheEnd) {
  std::promise<void> sent;
  std::promise<void> answer;
  plane_.instead =
      [&, first = true](const http::Request&) mutable -> std::optional<Result<http::Reply>> {
    if (std::exchange(first, false)) {
      sent.set_value();
      answer.get_future().wait();
    }
    return std::nullopt;
  };
  TemporaryKeys keys(plane_.cloud, settings());
  std::jthread maker([&] { EXPECT_TRUE(keys.make("lkc-1", "sa-1", {})); });
  sent.get_future().wait();
  auto ended = std::async(std::launch::async, [&] { return keys.remove_all(); });
  std::stop_source stop;
  stop.request_stop();
  while (keys.make("lkc-2", "sa-1", stop.get_token()).error().message !=
         "no API key is made for lkc-2: the run is ending") {
    std::this_thread::yield();
  }
  answer.set_value();
  EXPECT_TRUE(ended.get().empty());
  EXPECT_TRUE(plane_.keys.empty());
}

TEST_F(TemporaryKeysTest, ThatTurnUpInTheListLaterAreDeletedAtTheEnd) {
  TemporaryKeys keys(plane_.cloud, settings());
  plane_.add_key("OTHERS", "partwise-temporary lkc-1",
                 "run r2 key 1, host h, pid 7 begun 0, started "
                 "2026-03-04T05:06:07Z; safe to delete when that run has ended",
                 "sa-1", "lkc-1");
  plane_.add_key("THEIRS", "by hand", "run r1", "sa-1", "lkc-1");
  std::map<std::string, json> unseen;
  plane_.afterwards = [&](const http::Request& request) -> std::optional<Result<http::Reply>> {
    if (request.method != "POST" || !unseen.empty()) return std::nullopt;
    unseen.insert(plane_.keys.extract("KEY1"));
    return fail(ErrorKind::timeout, "late");
  };
  const auto made = keys.make("lkc-1", "sa-1", {});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->id, "KEY2");
  plane_.keys.merge(unseen);
  ASSERT_EQ(plane_.keys.size(), 4U);
  EXPECT_TRUE(keys.remove_all().empty());
  EXPECT_EQ(plane_.keys.size(), 2U);
  EXPECT_TRUE(plane_.keys.contains("OTHERS") && plane_.keys.contains("THEIRS"));
  EXPECT_EQ(plane_.asked("DELETE /iam/v2/api-keys/KEY2"), 1);
}

TEST_F(TemporaryKeysTest, WhoseLossCannotBeLookedIntoAreTold) {
  TemporaryKeys keys(plane_.cloud, settings());
  lose_the_reply_of_each_post();
  plane_.instead = [](const http::Request& request) -> std::optional<Result<http::Reply>> {
    if (request.method == "GET") return http::Reply{500, {}, ""};
    return std::nullopt;
  };
  EXPECT_EQ(keys.make("lkc-1", "sa-1", {}).error().kind, ErrorKind::timeout);
  const auto errors = keys.remove_all();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message,
            "an API key for cluster lkc-1 may have been made and lost: listing the API keys of "
            "sa-1 for cluster lkc-1: HTTP status 500");
  EXPECT_EQ(errors[0].hint, "look for API keys whose name is \"partwise-temporary lkc-1\"");
  ASSERT_EQ(ends_.size(), 1U);
  EXPECT_EQ(ends_[0].id + ends_[0].cluster, "lkc-1");
}

TEST_F(TemporaryKeysTest, LostAndLaterListedAreDeletedAtTheEnd) {
  TemporaryKeys keys(plane_.cloud, settings());
  lose_the_reply_of_each_post();
  plane_.instead = [](const http::Request& request) -> std::optional<Result<http::Reply>> {
    if (request.method == "GET") return http::Reply{500, {}, ""};
    return std::nullopt;
  };
  EXPECT_FALSE(keys.make("lkc-1", "sa-1", {}));
  EXPECT_EQ(plane_.keys.size(), 1U);
  plane_.instead = nullptr;
  EXPECT_TRUE(keys.remove_all().empty());
  EXPECT_TRUE(plane_.keys.empty());
}

TEST_F(TemporaryKeysTest, AreDeletedWhateverIsThrownOnTheWay) {
  auto with_a_thrower = settings();
  with_a_thrower.ended = [](const KeyEnd&) { throw std::runtime_error("cannot be told"); };
  {
    TemporaryKeys keys(plane_.cloud, std::move(with_a_thrower));
    ASSERT_TRUE(keys.make("lkc-1", "sa-1", {}));
    ASSERT_TRUE(keys.make("lkc-2", "sa-1", {}));
    // After the key is there, and before its deletion.
    plane_.afterwards = [](const http::Request&) -> std::optional<Result<http::Reply>> {
      throw std::runtime_error("no memory");
    };
    EXPECT_THROW((void)keys.make("lkc-3", "sa-1", {}), std::runtime_error);
    plane_.instead = std::exchange(plane_.afterwards, nullptr);
    EXPECT_THROW((void)keys.remove("KEY2"), std::runtime_error);
    EXPECT_EQ(plane_.keys.size(), 3U);
    plane_.instead = nullptr;
    EXPECT_TRUE(keys.remove("KEY1"));
  }
  EXPECT_TRUE(plane_.keys.empty());
}

TEST_F(TemporaryKeysTest, WhoseLastTryThrowsAreToldAndDoNotKeepTheOthers) {
  TemporaryKeys keys(plane_.cloud, settings());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(keys.make("lkc-1", "sa-1", {}));
  plane_.instead = [](const http::Request& request) -> std::optional<Result<http::Reply>> {
    if (request.url.ends_with("KEY2")) throw std::runtime_error("no memory");
    return std::nullopt;
  };
  const auto errors = keys.remove_all();
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message, "API key KEY2: no memory");
  EXPECT_EQ(plane_.keys.size(), 1U);
  EXPECT_EQ(ends_.size(), 3U);
}

TEST_F(TemporaryKeysTest, AreMadeForSeveralClustersAtATime) {
  {
    TemporaryKeys keys(plane_.cloud, settings());
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&keys, i] {
        const auto key = keys.make(fmt::format("lkc-{}", i), "sa-1", {});
        ASSERT_TRUE(key);
        if (i % 2 == 0) {
          EXPECT_TRUE(keys.remove(key->id));
        }
      });
    }
    threads.clear();
    EXPECT_EQ(plane_.keys.size(), 4U);
  }
  EXPECT_TRUE(plane_.keys.empty());
  EXPECT_EQ(ends_.size(), 8U);
}

}  // namespace
}  // namespace partwise::credentials
