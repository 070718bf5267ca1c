#include "core/inference/team_size.h"

#include "tests/check.h"

namespace roentgen::testing {
namespace {

// Runs batches of one image that take so long with two threads and with one; counts those with two.
int countTeams(TeamSize& size, int batches, double two, double one) {
  int teams = 0;
  for (int i = 0; i < batches; ++i) {
    const int threads = size.choose(1, 2);
    teams += threads == 2;
    size.report(1, 2, threads, threads == 2 ? two : one);
  }
  return teams;
}

}  // namespace

TEST("an undisturbed team keeps all its threads") {
  TeamSize size;
  REQUIRE(size.choose(1, 1) == 1);
  REQUIRE(countTeams(size, 100, 10, 19) == 100);
}

TEST("one slow batch makes no difference to the next") {
  TeamSize size;
  countTeams(size, 10, 10, 19);
  REQUIRE(countTeams(size, 1, 40, 19) == 1);
  REQUIRE(countTeams(size, 10, 10, 19) == 10);
}

TEST("a team that a neighbor slows down works on with half its threads, and comes back") {
  TeamSize size;
  countTeams(size, 10, 10, 19);
  const int teams = countTeams(size, 1800, 25, 19);
  require(teams > 50 && teams < 180, __FILE__, __LINE__, teams, " of 1800");
  REQUIRE(countTeams(size, 100, 10, 19) > 80);
}

TEST("a team stays together where half of it would be slower still") {
  TeamSize size;
  countTeams(size, 10, 10, 40);
  REQUIRE(countTeams(size, 1000, 25, 40) > 900);
}

TEST("batch sizes do not disturb each other") {
  TeamSize size;
  countTeams(size, 10, 10, 19);
  countTeams(size, 3, 25, 19);
  REQUIRE(size.choose(1, 2) == 1);
  REQUIRE(size.choose(8, 2) == 2);
  REQUIRE(size.choose(1, 4) == 4);
}

}  // namespace roentgen::testing
