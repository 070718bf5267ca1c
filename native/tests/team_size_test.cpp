#include "core/inference/team_size.h"

#include "tests/check.h"

namespace roentgen::testing {
namespace {

// Runs batches of one image that take so long with two threads and with four; counts those with
// two.
int countTeams(TeamSize& size, int batches, double two, double four) {
  int teams = 0;
  for (int i = 0; i < batches; ++i) {
    const int threads = size.choose(1, 2);
    teams += threads == 2;
    size.report(1, 2, threads, threads == 2 ? two : four);
  }
  return teams;
}

}  // namespace

TEST("an undisturbed team has the threads that were wanted") {
  TeamSize size;
  REQUIRE(size.choose(1, 1) == 1);
  REQUIRE(countTeams(size, 100, 10, 12) == 100);
}

TEST("one slow batch makes no difference to the next") {
  TeamSize size;
  countTeams(size, 10, 10, 12);
  REQUIRE(countTeams(size, 1, 40, 17) == 1);
  REQUIRE(countTeams(size, 10, 10, 12) == 10);
}

TEST("a team that a neighbor slows down works on with twice the threads, and comes back") {
  TeamSize size;
  countTeams(size, 10, 10, 12);
  const int teams = countTeams(size, 1800, 22, 17);
  require(teams > 50 && teams < 180, __FILE__, __LINE__, teams, " of 1800");
  REQUIRE(countTeams(size, 100, 10, 12) > 80);
}

TEST("a team stays as it is where twice the threads would be slower still") {
  TeamSize size;
  countTeams(size, 10, 10, 40);
  REQUIRE(countTeams(size, 1000, 25, 40) > 900);
}

TEST("batch sizes do not disturb each other") {
  TeamSize size;
  countTeams(size, 10, 10, 12);
  countTeams(size, 3, 22, 17);
  REQUIRE(size.choose(1, 2) == 4);
  REQUIRE(size.choose(8, 2) == 2);
  REQUIRE(size.choose(1, 4) == 4);
}

}  // namespace roentgen::testing
