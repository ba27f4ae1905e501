#include "keys/key_lines.h"

#include <map>

#include <gtest/gtest.h>

namespace partwise::keys {
namespace {

using Counts = std::map<std::string, std::int64_t>;

Counts counts_of(const CountedKeys& keys) {
  Counts counts;
  for (const auto& key : keys.heavy(1, 1000)) counts[key.key] = key.records;
  return counts;
}

Result<std::unique_ptr<CountedKeys>> read(KeyFormat format, std::string_view text,
                                          std::optional<std::int64_t> records = {},
                                          std::size_t at_a_time = 1 << 20) {
  KeyLines lines(format, records);
  for (std::size_t at = 0; at < text.size(); at += at_a_time) {
    TRY(lines.take(text.substr(at, at_a_time)));
  }
  return lines.finish();
}

TEST(KeyLines, CountsALineAsARecord) {
  for (const std::size_t at_a_time : {1, 2, 5, 100}) {
    const auto keys = read(KeyFormat::text, "b\na\n\n\\N\nb\r\nlast", {}, at_a_time).value();
    EXPECT_EQ(counts_of(*keys), (Counts{{"a", 1}, {"b", 2}, {"", 1}, {"last", 1}}));
    EXPECT_EQ(keys->null_records(), 1);
    EXPECT_EQ(keys->empty_key_records(), 1);
    EXPECT_EQ(keys->records(), 6);
    std::vector<std::uint32_t> sizes;
    keys->visit_records([&](const RecordBlock& block) {
      sizes.assign(block.key_bytes.begin(), block.key_bytes.end());
      return true;
    });
    EXPECT_EQ(sizes, (std::vector<std::uint32_t>{1, 1, 0, 0, 1, 4}));
  }
}

TEST(KeyLines, TakesAMarkOffItsBeginning) {
  const std::string mark = "\xef\xbb\xbf";
  const auto keys = read(KeyFormat::text, mark + "a\nb\n" + mark + "c\n").value();
  EXPECT_EQ(keys->key(0), "a");
  EXPECT_EQ(keys->key(2), mark + "c");
}

TEST(KeyLines, TakesNoBadWeightForAHeading) {
  for (const auto* text : {"a,1o0\nb,3\n", "a,0x10\n", "a,3,-x\n", "a\n", "a,\n"}) {
    const auto keys = read(KeyFormat::csv, text);
    ASSERT_FALSE(keys) << text;
    EXPECT_EQ(keys.error().message.find("line 1: "), 0) << keys.error().message;
  }
}

TEST(KeyLines, ReadsBytesAsHexadecimal) {
  const auto keys = read(KeyFormat::hex, "6B657931\n00ff\n\n").value();
  EXPECT_EQ(counts_of(*keys), (Counts{{"key1", 1}, {std::string("\0\xff", 2), 1}, {"", 1}}));
  EXPECT_NE(read(KeyFormat::hex, "6b\n6g\n").error().message.find("line 2: '6g'"),
            std::string::npos);
  EXPECT_FALSE(read(KeyFormat::hex, "6b6\n"));
}

TEST(KeyLines, ReadsWeights) {
  const auto keys =
      read(KeyFormat::csv, "key,weight\na,3\n\"b, \"\"c\"\"\",2\na,1\nnone,0\n\\N,4\n").value();
  EXPECT_EQ(counts_of(*keys), (Counts{{"a", 4}, {"b, \"c\"", 2}}));
  EXPECT_EQ(keys->null_records(), 4);
  const auto fractions = read(KeyFormat::csv, "a,0.75\nb,0.25\n").value();
  EXPECT_EQ(counts_of(*fractions), (Counts{{"a", 750'000}, {"b", 250'000}}));
  EXPECT_EQ(counts_of(*read(KeyFormat::csv, "a,0.75\nb,0.25\n", 8).value()),
            (Counts{{"a", 6}, {"b", 2}}));
  EXPECT_NE(read(KeyFormat::csv, "a,1\nb,x\n").error().message.find("line 2"), std::string::npos);
  EXPECT_FALSE(read(KeyFormat::csv, "a,1\nb,-1\n"));
  EXPECT_FALSE(read(KeyFormat::csv, "a,1\nb,nan\n"));
  EXPECT_FALSE(read(KeyFormat::csv, "a,5e12\nb,5e12\n"));
  EXPECT_EQ(counts_of(*read(KeyFormat::csv, "a,5e12\nb,5e12\n", 10).value()),
            (Counts{{"a", 5}, {"b", 5}}));
  EXPECT_EQ(counts_of(*read(KeyFormat::csv, "a,0.0000014\nb,0.0000006\nc,0.0000004\n").value()),
            (Counts{{"a", 583'333}, {"b", 250'000}, {"c", 166'667}}));
  EXPECT_FALSE(read(KeyFormat::csv, "a,1\n\"b,1\n"));
}

TEST(KeyLines, TellsWhatIsOdd) {
  KeyLines lines(KeyFormat::text, {});
  ASSERT_TRUE(lines.take(std::string_view("a\r\nb\0c\r\nd\n", 10)));
  ASSERT_TRUE(lines.finish());
  ASSERT_EQ(lines.warnings().size(), 2U);
  EXPECT_NE(lines.warnings()[0].find("2 of 3 lines end with a carriage return"), std::string::npos);
  EXPECT_NE(lines.warnings()[1].find("line 2 has a NUL"), std::string::npos);
}

TEST(KeyLines, RefusesWhatCannotBeKeys) {
  EXPECT_EQ(read(KeyFormat::text, "").error().kind, ErrorKind::invalid_input);
  EXPECT_NE(read(KeyFormat::text, std::string(1024 * 1024 + 1, 'x')).error().message.find("1 MiB"),
            std::string::npos);
  EXPECT_TRUE(read(KeyFormat::text, std::string(1024 * 1024, 'x')));
  EXPECT_TRUE(read(KeyFormat::hex, std::string(2 * 1024 * 1024, 'a')));
  EXPECT_FALSE(read(KeyFormat::hex, std::string(2 * 1024 * 1024 + 2, 'a')));
  EXPECT_TRUE(read(KeyFormat::csv, std::string(1024 * 1024, 'x') + ",12"));
}

}  // namespace
}  // namespace partwise::keys
