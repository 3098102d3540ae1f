#include "solve/solver.h"

#include "solve/demand.h"
#include "solve/universe_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace solve {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Solver, TakesTheNewestOfEverything) {
    TableProvider index;
    index.add("a", "1.0", {"b"});
    index.add("a", "2.0", {"b>=1"});
    index.add("b", "1.0");
    index.add("b", "1.5");
    EXPECT_EQ(outcome(solve(asking({"a"}), index)), "a==2.0 b==1.5");
}

TEST(Solver, NothingAskedForIsSolvedByNothing) {
    TableProvider index;
    EXPECT_EQ(outcome(solve(asking({}), index)), "");
}

TEST(Solver, StepsBackWhereTheNewestDoesNotFit) {
    TableProvider index;
    index.add("a", "1.0", {"b<2"});
    index.add("a", "2.0", {"b>=2", "c>=2"});
    index.add("b", "1.0");
    index.add("b", "2.0");
    index.add("c", "1.0");
    EXPECT_EQ(outcome(solve(asking({"a", "b"}), index)), "a==1.0 b==1.0");
}

TEST(Solver, OfTwoRivalsTheOneNamedFirstKeepsItsNewestVersion) {
    TableProvider index;
    for (const char* name : {"a", "b"}) {
        index.add(name, "1.0", {"c==1.0"});
        index.add(name, "2.0", {std::string_view(name) == "a" ? "c==2.0" : "c==1.0"});
    }
    index.add("c", "1.0");
    index.add("c", "2.0");
    index.add("b", "3.0", {"c==3.0"});
    index.add("c", "3.0");
    EXPECT_EQ(outcome(solve(asking({"b", "a"}), index)), "a==1.0 b==2.0 c==1.0");
}

TEST(Solver, ACycleIsNoProblem) {
    TableProvider index;
    index.add("a", "1.0", {"b"});
    index.add("b", "1.0", {"a"});
    EXPECT_EQ(outcome(solve(asking({"a"}), index)), "a==1.0 b==1.0");
}

TEST(Solver, MarkersAreDecidedByTheEnvironment) {
    TableProvider index;
    index.add("a", "1.0", {"b ; sys_platform == 'win32'", "c ; python_version >= '3.12'"});
    index.add("b", "1.0");
    index.add("c", "1.0");
    EXPECT_EQ(outcome(solve(asking({"a", "b ; os_name == 'nt'"}), index)), "a==1.0 c==1.0");
}

TEST(Solver, ExtrasAddTheirRequirementsAndShareTheVersion) {
    TableProvider index;
    index.add("a", "1.0", {"b", "c ; extra == 'x'", "d ; extra == 'y'"}).metadata = Dependencies{
        .requirements =
            {requirement_of("b"),
             requirement_of("c ; extra == 'x'"),
             requirement_of("d ; extra == 'y'")},
        .extras = {extra_of("x"), extra_of("y")}
    };
    for (const char* name : {"b", "c", "d"})
        index.add(name, "1.0");
    auto result = solve(asking({"a[x]"}), index);
    ASSERT_EQ(outcome(result), "a==1.0 b==1.0 c==1.0");
    EXPECT_THAT(result->packages[0].extras, ElementsAre(extra_of("x")));
    EXPECT_THAT(result->packages[0].dependencies, ElementsAre(name_of("b"), name_of("c")));
    EXPECT_THAT(result->packages[0].required_by, ElementsAre("test"));
    EXPECT_THAT(result->packages[2].required_by, ElementsAre("a"));
}

TEST(Solver, AnExtraThatDoesNotExistIsAWarning) {
    TableProvider index;
    index.add("a", "1.0");
    auto result = solve(asking({"a[nope]"}), index);
    ASSERT_EQ(outcome(result), "a==1.0");
    EXPECT_THAT(result->warnings, ElementsAre("`a==1.0` has no extra `nope`"));
    EXPECT_TRUE(result->packages[0].extras.empty());
}

TEST(Solver, ExtrasThatNameEachOtherEnd) {
    TableProvider index;
    index.add("a", "1.0", {"a[y] ; extra == 'x'", "a[x] ; extra == 'y'", "b ; extra == 'y'"});
    index.add("b", "1.0");
    EXPECT_EQ(outcome(solve(asking({"a[x]"}), index)), "a==1.0 b==1.0");
}

TEST(Solver, AnExtraMayRequireItsPackageToStepBack) {
    TableProvider index;
    index.add("a", "1.0", {"b<2 ; extra == 'x'"});
    index.add("a", "2.0", {"b>=2 ; extra == 'x'"});
    index.add("b", "1.0");
    index.add("b", "2.0");
    EXPECT_EQ(outcome(solve(asking({"a[x]", "b<2"}), index)), "a==1.0 b==1.0");
    EXPECT_EQ(outcome(solve(asking({"a", "b<2"}), index)), "a==2.0 b==1.0");
}

struct PrereleaseCase {
    PrereleaseMode mode;
    const char* requirement;
    const char* expected;
};

class Prereleases : public testing::TestWithParam<PrereleaseCase> {};

TEST_P(Prereleases, FollowTheMode) {
    TableProvider index;
    for (const char* version : {"1.0a1", "1.0", "2.0a1"})
        index.add("a", version);
    Problem problem = asking({GetParam().requirement});
    problem.prerelease = GetParam().mode;
    EXPECT_EQ(outcome(solve(problem, index)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Solver,
    Prereleases,
    testing::Values(
        PrereleaseCase{PrereleaseMode::IfNecessary, "a", "a==1.0"},
        PrereleaseCase{PrereleaseMode::IfNecessary, "a>=1.0a1", "a==1.0"},
        PrereleaseCase{PrereleaseMode::IfNecessary, "a>1.0", "a==2.0a1"},
        PrereleaseCase{PrereleaseMode::Allow, "a", "a==2.0a1"},
        PrereleaseCase{PrereleaseMode::Disallow, "a>1.0", "none"},
        PrereleaseCase{PrereleaseMode::Disallow, "a<1.0", "none"},
        PrereleaseCase{PrereleaseMode::Explicit, "a>1.0", "none"},
        PrereleaseCase{PrereleaseMode::Explicit, "a>=2.0a1", "a==2.0a1"},
        PrereleaseCase{PrereleaseMode::Explicit, "a!=2.0a2,>1.0", "none"}
    )
);

TEST(Solver, ALowerRankGoesFirstWhateverTheVersion) {
    TableProvider index;
    index.add("a", "1.0");
    index.add("a", "1.5b1");
    index.add("a", "2.0").release.rank = 1;
    index.add("a", "3.0b1").release.rank = 1;
    EXPECT_EQ(outcome(solve(asking({"a"}), index)), "a==1.0");
    // Pre-releases of the first place come before the second place.
    EXPECT_EQ(outcome(solve(asking({"a>1"}), index)), "a==1.5b1");
    EXPECT_EQ(outcome(solve(asking({"a>=2"}), index)), "a==2.0");
    Problem lowest = asking({"a>=1.2"});
    lowest.resolution = Resolution::Lowest;
    EXPECT_EQ(outcome(solve(lowest, index)), "a==1.5b1");
}

TEST(Solver, AModeForOnePackageBeatsTheGlobalOne) {
    TableProvider index;
    for (const char* name : {"a", "b"}) {
        index.add(name, "1.0");
        index.add(name, "2.0a1");
    }
    Problem problem = asking({"a", "b"});
    problem.prerelease = PrereleaseMode::Disallow;
    problem.prerelease_by_package[name_of("a")] = PrereleaseMode::Allow;
    EXPECT_EQ(outcome(solve(problem, index)), "a==2.0a1 b==1.0");
}

TEST(Solver, YankedIsForWhoPinsIt) {
    TableProvider index;
    index.add("a", "1.0");
    Release& yanked = index.add("a", "2.0").release;
    yanked.usability = Usability::Yanked;
    yanked.yanked_reason = "broken";
    index.add("b", "1.0", {"a==2.0"});
    EXPECT_EQ(outcome(solve(asking({"a"}), index)), "a==1.0");
    EXPECT_EQ(outcome(solve(asking({"a>=2.0"}), index)), "none");
    EXPECT_EQ(outcome(solve(asking({"b"}), index)), "none");
    auto pinned = solve(asking({"a==2.0"}), index);
    EXPECT_EQ(outcome(pinned), "a==2.0");
    EXPECT_THAT(pinned->warnings, ElementsAre("`a==2.0` is yanked (broken)"));

    Problem preferring = asking({"a"});
    preferring.preferences.emplace(name_of("a"), version_of("2.0"));
    EXPECT_EQ(outcome(solve(preferring, index)), "a==2.0");
}

TEST(Solver, UnusableReleasesArePassedOver) {
    for (Usability usability :
         {Usability::Incompatible,
          Usability::NeedsBuild,
          Usability::NoFiles,
          Usability::RequiresPython,
          Usability::ExcludedByDate}) {
        TableProvider index;
        index.add("a", "1.0");
        index.add("a", "2.0").release.usability = usability;
        EXPECT_EQ(outcome(solve(asking({"a"}), index)), "a==1.0");
        EXPECT_EQ(outcome(solve(asking({"a>1"}), index)), "none");
    }
}

TEST(Solver, MetadataThatCannotBeUsedIsPassedOver) {
    TableProvider index;
    index.add("a", "1.0");
    index.add("a", "2.0").metadata = Unavailable{.reason = "has metadata that cannot be read"};
    index.add("a", "3.0").metadata = Dependencies{.requires_python = specifiers_of(">=3.13")};
    EXPECT_EQ(outcome(solve(asking({"a"}), index)), "a==1.0");
}

TEST(Solver, OnlyTheLowerBoundOfRequiresPythonCounts) {
    struct Case {
        const char* requires_python;
        bool admits;
    };

    for (const Case& c :
         {Case{">=3.8", true},
          {">=3.12", true},
          {">=3.12.5", false},
          {">=3.8,<3.11", true},
          {"==3.10.*", true},
          {"~=3.12", true},
          {"~=3.13", false},
          {">3.12.4", false},
          {">3.12", true},
          {"<3", true},
          {"!=3.12.*", true},
          {">=3.13.0b1", false},
          {"==3.13.*", false}}) {
        EXPECT_EQ(admits_python(specifiers_of(c.requires_python), version_of("3.12.4")), c.admits)
            << c.requires_python;
    }
    EXPECT_TRUE(admits_python(specifiers_of(">=3.13"), version_of("3.13.0b1")));
}

TEST(Solver, ConstraintsNarrowAndBringNothingIn) {
    TableProvider index;
    for (const char* name : {"b", "c", "d", "unused"}) {
        index.add(name, "1.0");
        index.add(name, "2.0");
    }
    index.add("a", "1.0", {"b", "c", "d"});
    Problem problem = asking({"a"});
    for (const char* text : {"b<2", "c<2 ; sys_platform == 'win32'", "d[x]<2", "unused==1.0"}) {
        problem.constraints.push_back(requirement_of(text));
    }
    EXPECT_EQ(outcome(solve(problem, index)), "a==1.0 b==1.0 c==2.0 d==1.0");
}

TEST(Solver, OverridesReplaceWhatPackagesAndTheUserSay) {
    TableProvider index;
    for (const char* version : {"1.0", "2.0", "3.0"})
        index.add("b", version);
    index.add("c", "1.0");
    index.add("a", "1.0", {"b==1.0", "c ; sys_platform == 'win32'", "c ; extra == 'x'"});
    Problem problem = asking({"a", "b==2.0"});
    problem.overrides.push_back({.requirement = requirement_of("b==3.0")});
    EXPECT_EQ(outcome(solve(problem, index)), "a==1.0 b==3.0");
    problem.overrides.push_back({.requirement = requirement_of("c>=1")});
    EXPECT_EQ(outcome(solve(problem, index)), "a==1.0 b==3.0 c==1.0");
}

TEST(Solver, AnOverrideKeepsTheExtraItReplacesARequirementOf) {
    TableProvider index;
    index.add("c", "1.0");
    index.add("c", "2.0");
    index.add("a", "1.0", {"c<2 ; extra == 'x'"});
    Problem plain = asking({"a"});
    plain.overrides.push_back({.requirement = requirement_of("c>=2")});
    EXPECT_EQ(outcome(solve(plain, index)), "a==1.0");
    Problem with_extra = asking({"a[x]"});
    with_extra.overrides = plain.overrides;
    EXPECT_EQ(outcome(solve(with_extra, index)), "a==1.0 c==2.0");
}

TEST(Solver, AScopedOverrideSpeaksForOnePackage) {
    TableProvider index;
    for (const char* version : {"1.0", "2.0"}) {
        index.add("b", version);
        index.add("d", version);
    }
    index.add("a", "1.0", {"b<2"});
    index.add("c", "1.0", {"d<2"});
    Problem problem = asking({"a", "c"});
    const Scope all_of_a{.name = name_of("a")};
    problem.overrides.push_back({.scope = all_of_a, .requirement = requirement_of("b>=2")});
    problem.overrides.push_back({.scope = all_of_a, .requirement = requirement_of("e")});
    problem.overrides.push_back({.requirement = requirement_of("b==1.0")});
    index.add("e", "1.0");
    EXPECT_EQ(outcome(solve(problem, index)), "a==1.0 b==2.0 c==1.0 d==1.0 e==1.0");
    problem.overrides.push_back(
        {.scope = Scope{name_of("a"), version_of("1.0")}, .requirement = requirement_of("b<2")}
    );
    EXPECT_EQ(outcome(solve(problem, index)), "a==1.0 b==1.0 c==1.0 d==1.0 e==1.0");
}

TEST(Solver, ExclusionsBeatOverrides) {
    TableProvider index;
    index.add("a", "1.0", {"b", "c"});
    index.add("c", "1.0", {"b"});
    index.add("b", "1.0");
    Problem problem = asking({"a"});
    problem.exclusions.push_back({.scope = Scope{name_of("a"), {}}, .name = name_of("b")});
    EXPECT_EQ(outcome(solve(problem, index)), "a==1.0 b==1.0 c==1.0");
    problem.exclusions.push_back({.name = name_of("b")});
    problem.overrides.push_back({.requirement = requirement_of("b>=1")});
    EXPECT_EQ(outcome(solve(problem, index)), "a==1.0 c==1.0");
}

TEST(Solver, PreferencesHoldAsLongAsTheyFit) {
    TableProvider index;
    for (const char* version : {"1.0", "1.0+cpu", "2.0", "3.0"})
        index.add("a", version);
    Problem problem = asking({"a"});
    problem.preferences.emplace(name_of("a"), version_of("2.0"));
    EXPECT_EQ(outcome(solve(problem, index)), "a==2.0");
    problem.requirements[0].requirement = requirement_of("a>2");
    EXPECT_EQ(outcome(solve(problem, index)), "a==3.0");
    problem.requirements[0].requirement = requirement_of("a");
    problem.preferences.clear();
    problem.preferences.emplace(name_of("a"), version_of("1.0"));
    EXPECT_EQ(outcome(solve(problem, index)), "a==1.0+cpu");
}

TEST(Solver, LowestTakesTheLowestAndWarnsWhereNothingBoundsIt) {
    TableProvider index;
    for (const char* version : {"0.9a1", "1.0", "1.1", "2.0"}) {
        index.add("a", version, {"b"});
        index.add("b", version);
    }
    Problem problem = asking({"a"});
    problem.resolution = Resolution::Lowest;
    auto lowest = solve(problem, index);
    EXPECT_EQ(outcome(lowest), "a==1.0 b==1.0");
    EXPECT_THAT(lowest->warnings, ElementsAre(HasSubstr("`a` has no lower bound")));
    problem.resolution = Resolution::LowestDirect;
    problem.requirements[0].requirement = requirement_of("a>=1.1");
    auto direct = solve(problem, index);
    EXPECT_EQ(outcome(direct), "a==1.1 b==2.0");
    EXPECT_TRUE(direct->warnings.empty());
}

TEST(Solver, UrlsAreForTheUserToName) {
    TableProvider index;
    index.add("a", "1.0", {"b @ https://example.org/b-1.0-py3-none-any.whl"});
    index.add("b", "1.0");
    EXPECT_THAT(outcome(solve(asking({"a"}), index)), HasSubstr("only you may do"));
    EXPECT_EQ(
        outcome(solve(asking({"a", "b @ https://example.org/b-1.0-py3-none-any.whl"}), index)),
        "a==1.0 b==1.0"
    );
    EXPECT_EQ(index.urls["b"], "https://example.org/b-1.0-py3-none-any.whl");
    EXPECT_THAT(
        outcome(solve(asking({"a", "b @ https://example.org/other.whl"}), index)),
        HasSubstr("another URL")
    );
    EXPECT_THAT(
        outcome(solve(asking({"b @ https://x.org/b.whl", "b @ https://y.org/b.whl"}), index)),
        HasSubstr("two different URLs")
    );
}

TEST(Solver, APackageFromAUrlMayNameFurtherUrls) {
    TableProvider index;
    index.add(
        "a",
        "1.0",
        {"b @ https://example.org/b.whl", "c @ https://example.org/c.whl ; extra == 'x'"}
    );
    index.add("b", "1.0");
    index.add("c", "1.0");
    auto result = solve(asking({"a[x] @ https://example.org/a.whl"}), index);
    ASSERT_EQ(outcome(result), "a==1.0 b==1.0 c==1.0");
    EXPECT_EQ(result->packages[2].url, "https://example.org/c.whl");
}

TEST(Solver, TheFirstErrorOfTheProviderEndsTheSearch) {
    class Broken : public TableProvider {
      public:
        base::Result<PackageAnswer> releases(const pep::PackageName&) override {
            return base::fail(base::ErrorKind::Network, "no answer");
        }
    };

    Broken index;
    EXPECT_EQ(outcome(solve(asking({"a"}), index)), "error: no answer");
}

TEST(Solver, AsksNothingTwice) {
    TableProvider index;
    for (const char* version : {"1.0", "2.0", "3.0", "4.0"}) {
        index.add("a", version, {"b", "c<2", "d"});
        index.add("b", version, {std::string("a==") + version});
        index.add("c", version, {"a<3"});
        index.add("d", version, {"b<4"});
    }
    ASSERT_NE(outcome(solve(asking({"a", "d"}), index)), "none");
    for (auto* asked : {&index.asked_for_releases, &index.asked_for_metadata}) {
        std::ranges::sort(*asked);
        EXPECT_EQ(std::ranges::adjacent_find(*asked), asked->end());
    }
}

TEST(Solver, AnnouncesWhatItWillAskFor) {
    TableProvider index;
    index.add("a", "1.0", {"c", "d"});
    for (const char* name : {"b", "c", "d"})
        index.add(name, "1.0");
    ASSERT_NE(outcome(solve(asking({"a", "b"}), index)), "none");
    EXPECT_THAT(index.hints, ElementsAre("a", "b", "c", "d"));
}

TEST(Solver, AnnouncesFurtherVersionsOfAPackageThatIsTriedOften) {
    TableProvider index;
    for (int i = 1; i <= 40; ++i) {
        std::string version = std::to_string(i);
        std::string requirement = i == 1 ? "b==1" : "b==2";
        index.add("a", version, {requirement, std::string("c==") + version});
        index.add("c", version);
    }
    index.add("b", "1", {"d"});
    index.add("d", "1");
    ASSERT_EQ(outcome(solve(asking({"a", "b<2"}), index)), "a==1 b==1 c==1 d==1");
    EXPECT_THAT(index.hints, Contains("a==20"));
}

TEST(Solver, IsNotConfusedByThePlaceOfTwoVersionsInOnePackage) {
    TableProvider index;
    index.add("a", "1.0", {"a==2.0"});
    index.add("a", "2.0", {"a>=1.0"});
    EXPECT_EQ(outcome(solve(asking({"a"}), index)), "a==2.0");
    EXPECT_EQ(outcome(solve(asking({"a==1.0"}), index)), "none");
}

TEST(Solver, AChainOfTwoThousandPackagesIsSolved) {
    TableProvider index;
    for (int i = 0; i < 2000; ++i) {
        std::string next = "p" + std::to_string(i + 1);
        index.add("p" + std::to_string(i), "1.0", {next});
    }
    index.add("p2000", "1.0");
    auto result = solve(asking({"p0"}), index);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->packages.size(), 2001U);
    EXPECT_EQ(result->statistics.conflicts, 0U);
}

// Thirty packages of forty versions; each version wants the next package one version lower, so that
// every choice of the newest runs into the end of the line.
TEST(Solver, ManyConflictsDoNotExplode) {
    TableProvider index;
    constexpr int kPackages = 30;
    constexpr int kVersions = 40;
    for (int package = 0; package < kPackages; ++package) {
        for (int version = 1; version <= kVersions; ++version) {
            std::string next = "p" + std::to_string((package + 1) % kPackages);
            std::string after = "p" + std::to_string((package + 7) % kPackages);
            std::string bound = std::to_string(version);
            index.add(
                "p" + std::to_string(package),
                bound,
                {next + "<=" + (version > 3 ? std::to_string(version - 1) : bound),
                 after + "<" + std::to_string(version + 2)}
            );
        }
    }
    auto result = solve(asking({"p0", "p11", "p17"}), index);
    ASSERT_TRUE(result) << outcome(result);
    EXPECT_LT(result->statistics.decisions, 20'000U);
}

}  // namespace
}  // namespace solve
