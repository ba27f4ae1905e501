#include "report/column_chart.h"

#include <gtest/gtest.h>

namespace partwise::report {
namespace {

using Lines = std::vector<std::string>;

TEST(ColumnChart, DrawsEighthsAndTheMean) {
  const std::vector<std::int64_t> numbers = {16, 8, 0, 4, 12};  // the mean is 8
  EXPECT_EQ(column_chart(numbers, 2, 5, {}), (Lines{"█┄┄┄▄", "██ ▄█"}));
}

TEST(ColumnChart, IsBroadWhereThereIsRoom) {
  const std::vector<std::int64_t> numbers = {8, 4};
  EXPECT_EQ(column_chart(numbers, 1, 6, {}), (Lines{"██┄▄▄┄"}));
}

TEST(ColumnChart, ShowsTheLargestOfManyAndATraceOfALittle) {
  std::vector<std::int64_t> numbers(100, 1);
  numbers[55] = 1'000'000;
  EXPECT_EQ(column_chart(numbers, 2, 10, {}), (Lines{"     █    ", "▁▁▁▁▁█▁▁▁▁"}));
}

TEST(ColumnChart, IsEmptyWhereNothingIs) {
  const std::vector<std::int64_t> numbers = {0, 0};
  EXPECT_EQ(column_chart(numbers, 1, 2, {}), (Lines{"  "}));
  EXPECT_TRUE(column_chart({}, 1, 2, {}).empty());
}

}  // namespace
}  // namespace partwise::report
