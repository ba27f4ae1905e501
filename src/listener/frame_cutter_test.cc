#include "listener/frame_cutter.h"

#include <unistd.h>

#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace partwise::listener {
namespace {

constexpr std::size_t largest = 1'000;

std::string framed(const std::string& body) {
  const auto size = static_cast<std::uint32_t>(body.size());
  std::string text;
  for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(size >> shift);
  return text + body;
}

// Takes up to `most` requests and puts them behind the others.
void take(FrameCutter& cutter, int most, std::vector<std::string>& frames) {
  for (int i = 0; i < most; ++i) {
    auto frame = cutter.next().value();
    if (!frame) return;
    frames.push_back(std::move(*frame));
  }
}

RC_GTEST_PROP(FrameCutter, CutsTheSameRequestsHoweverTheBytesCome, ()) {
  const auto letters = rc::gen::string<std::string>();
  const auto bodies = *rc::gen::container<std::vector<std::string>>(
      rc::gen::map(letters, [](const std::string& text) { return "12345678" + text; }));
  std::string stream;
  for (const auto& body : bodies) stream += framed(body);
  const auto step = static_cast<std::size_t>(*rc::gen::inRange(1, 100));
  const int taken_between = *rc::gen::inRange(0, 4);

  FrameCutter cutter(largest);
  std::vector<std::string> frames;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    cutter.add(std::string_view(stream).substr(at, step));
    take(cutter, taken_between, frames);
  }
  take(cutter, static_cast<int>(bodies.size()) + 1, frames);
  RC_ASSERT(frames == bodies);
}

TEST(FrameCutter, TakesARequestOfTheLargestSizeAndNoneAbove) {
  FrameCutter cutter(largest);
  cutter.add(framed(std::string(largest, 'x')) + framed(std::string(largest + 1, 'y')));
  EXPECT_EQ(cutter.next().value(), std::string(largest, 'x'));
  const auto refused = cutter.next();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "a request of 1,001 bytes where at most 1,000 are taken");
}

TEST(FrameCutter, StaysWrongAfterAWrongSize) {
  FrameCutter cutter(largest);
  cutter.add(std::string("\xff\xff\xff\xff", 4));
  EXPECT_FALSE(cutter.next());
  cutter.add(framed("12345678"));
  EXPECT_FALSE(cutter.next());
}

TEST(FrameCutter, RefusesWhatCannotHoldAHeader) {
  for (const std::size_t size : {0, 7}) {
    FrameCutter cutter(largest);
    cutter.add(framed(std::string(size, 'x')));
    EXPECT_FALSE(cutter.next()) << size;
  }
  FrameCutter cutter(largest);
  cutter.add(framed("12345678"));
  EXPECT_TRUE(cutter.next().value());
}

TEST(FrameCutter, GuessesWhatWasSentByMistake) {
  const auto complaint = [](std::string_view bytes) {
    FrameCutter cutter(largest);
    cutter.add(bytes);
    const auto frame = cutter.next();
    return frame ? "" : frame.error().message;
  };
  EXPECT_NE(complaint("GET / HTTP/1.1\r\n").find("is it HTTP?"), std::string::npos);
  EXPECT_NE(complaint({"\x16\x03\x01\x02\x00\x01", 6}).find("is it TLS?"), std::string::npos);
  EXPECT_EQ(complaint("\x7f\xff\xff\xff"),
            "a request of 2,147,483,647 bytes where at most 1,000 are taken");
}

std::int64_t bytes_of_memory() {
  std::int64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

TEST(FrameCutter, TakesNoMemoryForBytesThatDidNotCome) {
  constexpr std::int64_t claimed = 100 << 20;  // 0x06400000
  const auto before = bytes_of_memory();
  std::vector<FrameCutter> cutters(100, FrameCutter(claimed));
  for (auto& cutter : cutters) {
    cutter.add(std::string("\x06\x40\x00\x00", 4) + std::string(1'000, 'x'));
    EXPECT_FALSE(cutter.next().value());
  }
  EXPECT_LT(bytes_of_memory() - before, claimed);
}

TEST(FrameCutter, TellsWhatCameBehindACompleteRequest) {
  FrameCutter cutter(largest);
  cutter.add(framed("12345678").substr(0, 11));
  EXPECT_FALSE(cutter.holds_behind_next(1));
  cutter.add("8ab");
  EXPECT_TRUE(cutter.holds_behind_next(2));
  EXPECT_FALSE(cutter.holds_behind_next(3));
  (void)cutter.next();
  EXPECT_FALSE(cutter.holds_behind_next(1));
}

}  // namespace
}  // namespace partwise::listener
