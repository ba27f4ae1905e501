#include "credentials/key_note.h"

#include <gtest/gtest.h>

#include "base/units.h"

namespace partwise::credentials {
namespace {

KeyNote note() {
  return {"r-1a2b", 3,  "build.example.com",
          4711,     99, instant_from_text("2026-03-04T05:06:07Z").value()};
}

TEST(KeyNote, IsReadBackFromItsText) {
  EXPECT_EQ(note().text(),
            "run r-1a2b key 3, host build.example.com, pid 4711 begun 99, started "
            "2026-03-04T05:06:07Z; safe "
            "to delete when that run has ended");
  EXPECT_EQ(key_note_from(note().text()), note());
}

TEST(KeyNote, StaysReadableWhateverTheHostIsCalled) {
  for (const auto* host : {"", "my host, pid 1", ".h", "h\n", "h\xC3\xA9"}) {
    auto odd = note();
    odd.host = host;
    odd.run = std::string(100, 'r');
    const auto read = key_note_from(odd.text());
    ASSERT_TRUE(read) << odd.text();
    EXPECT_EQ(read->run, std::string(64, 'r'));
    EXPECT_EQ(read->pid, 4711);
    EXPECT_EQ(key_note_from(read->text()), read);
    EXPECT_LT(odd.text().size(), 300U);
  }
}

TEST(KeyNote, IsNoneForOtherTexts) {
  const auto text = note().text();
  for (const auto& wrong :
       {std::string(), std::string("temp"), text + "x", "x" + text, text.substr(0, text.size() - 1),
        std::string(
            "run r key x, host h, pid 1 begun 0, started 2026-03-04T05:06:07Z; safe to delete when "
            "that run has ended"),
        std::string(
            "run r key 1, host h, pid -1 begun 0, started 2026-03-04T05:06:07Z; safe to delete "
            "when that run has ended"),
        std::string(
            "run r key 1, host h, pid 1 begun 0, started soon; safe to delete when that run has "
            "ended"),
        std::string(
            "run ../r key 1, host h, pid 1 begun 0, started 2026-03-04T05:06:07Z; safe to delete "
            "when that run has ended")}) {
    EXPECT_FALSE(key_note_from(wrong)) << wrong;
  }
}

TEST(KeyDisplayName, IsKnownByItsMarker) {
  EXPECT_EQ(key_display_name("lkc-1"), "partwise-temporary lkc-1");
  EXPECT_TRUE(marked_as_ours("partwise-temporary lkc-1"));
  EXPECT_FALSE(marked_as_ours("partwise-temporaryish"));
  EXPECT_FALSE(marked_as_ours("my partwise-temporary lkc-1"));
  EXPECT_FALSE(marked_as_ours(""));
}

}  // namespace
}  // namespace partwise::credentials
