// The value of a simulated record, and its id read back.
#include "app/record_value.h"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/units.h"

namespace partwise::app {
namespace {

TEST(RecordValues, AreTheDocumentedJsonAsLongAsWanted) {
  RecordValues values(200);
  const auto at = *instant_from_text("2026-03-04T05:06:07Z");
  const std::string text(values.of(42, "a\"b\xff", at));
  EXPECT_EQ(text.size(), 200U);
  const auto read = nlohmann::json::parse(text);
  EXPECT_EQ(read["id"], 42);
  EXPECT_EQ(read["key"], "a\"b\xef\xbf\xbd");
  EXPECT_EQ(read["timestamp"], "2026-03-04T05:06:07Z");
  EXPECT_TRUE(read["data"].get<std::string>().starts_with("Test record 42."));
  EXPECT_TRUE(nlohmann::json::parse(values.of(0, std::nullopt, at))["key"].is_null());
}

TEST(RecordId, IsReadFromSuchAValueAndFromNoOther) {
  RecordValues values(0);
  for (const std::int64_t id : {0L, 7L, 99'999'999L}) {
    EXPECT_EQ(record_id(values.of(id, "key", Instant{})), id);
  }
  for (const auto* other : {"", "{}", R"({"id": )", R"({"id": 7)", R"({"id": 7})", R"({"id": -7, )",
                            R"({"id": 7.5, )", R"({"id": , )", R"({"id": 99999999999999999999, )",
                            R"({"key": "id", "id": 7, )", R"( {"id": 7, )"}) {
    EXPECT_FALSE(record_id(other)) << other;
  }
}

}  // namespace
}  // namespace partwise::app
