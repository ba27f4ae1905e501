#include "report/inventory_table.h"

#include <gtest/gtest.h>

#include "report/grid.h"

namespace partwise::report {
namespace {

TEST(Grid, IsAsWideAsItsWidestTextAndEndsWithoutBlanks) {
  EXPECT_EQ(grid({{"A"}, {"NUMBER", true}, {""}}, {{"längst", "1", ""}, {"x", "23", "y"}}, {}),
            "  A       NUMBER\n"
            "  längst       1\n"
            "  x           23  y\n");
}

inventory::ListedCluster cluster(const std::string& id, const std::string& skipped) {
  inventory::ListedCluster listed;
  listed.id = id;
  listed.origin = "Confluent Cloud";
  listed.type = skipped.empty() ? "Basic" : "";
  listed.skipped = skipped;
  return listed;
}

TEST(InventoryTable, LeavesOutColumnsThatSayNothing) {
  const auto text =
      table({{}, {cluster("lkc-1", ""), cluster("lkc-22", "it is being provisioned")}, {}}, {});
  EXPECT_EQ(text,
            "  CLUSTER  TYPE   FROM\n"
            "  lkc-1    Basic  Confluent Cloud\n"
            "  lkc-22   –      skipped: it is being provisioned\n");
}

TEST(InventoryTable, TellsWhatCouldNotBeListed) {
  const auto text = table(
      {{}, {}, {{"environment e", {ErrorKind::timeout, "listing e: no answer", {}, {}}}}}, {});
  EXPECT_EQ(text, "  ✗ listing e: no answer\n");
}

TEST(InventoryTable, ShowsOnlyPartitionsInTroubleUnlessAllAreAskedFor) {
  inventory::ClusterLayout layout;
  layout.topics = {{"t", {{1, {1, 2}, {1, 2}}, {1, {1, 2}, {1}}}, {}, {}}};
  const auto shown = table(layout, false, {});
  EXPECT_NE(shown.find("1 of 2 in sync"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("1,2      1,2"), std::string::npos) << shown;
  EXPECT_NE(table(layout, true, {}).find("1,2       1,2"), std::string::npos)
      << table(layout, true, {});
}

}  // namespace
}  // namespace partwise::report
