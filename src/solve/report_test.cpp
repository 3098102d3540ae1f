#include "solve/report.h"

#include "solve/universe_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solve {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Told {
    std::vector<std::string> lines;
    std::vector<std::string> hints;
};

Told tell(const Problem& problem, TableProvider& index) {
    auto result = solve(problem, index);
    Told told{report_of(result), {}};
    if (!result) told.hints = std::get<NoSolution>(result.error()).hints;
    return told;
}

TEST(Report, TwoRequirementsThatContradictEachOther) {
    TableProvider index;
    index.add("a", "1.0");
    index.add("a", "2.0");
    Told told = tell(asking({"a==1.0", "a==2.0"}), index);
    EXPECT_THAT(
        told.lines,
        ElementsAre("you require `a==1.0` and `a==2.0`, so your requirements cannot be met")
    );
    EXPECT_THAT(told.hints, ElementsAre("loosen or drop `a==1.0` or `a==2.0`"));
}

TEST(Report, AVersionThatDoesNotExistNamesThoseThatDo) {
    TableProvider index;
    for (const char* version : {"1.0", "1.1", "2.0"})
        index.add("a", version);
    EXPECT_THAT(
        tell(asking({"a>=3"}), index).lines,
        ElementsAre(
            "you require `a>=3`, and there is no `a>=3` (there are 1.0, 1.1 and 2.0), so your "
            "requirements cannot be met"
        )
    );
    for (const char* version : {"2.1", "2.2", "2.3"})
        index.add("a", version);
    EXPECT_THAT(
        tell(asking({"a>=3"}), index).lines,
        ElementsAre(HasSubstr("(there are 6 versions from 1.0 to 2.3)"))
    );
}

TEST(Report, APackageThatDoesNotExist) {
    TableProvider index;
    Told told = tell(asking({"nope[x]"}), index);
    EXPECT_THAT(
        told.lines,
        ElementsAre("you require `nope[x]`, and `nope` was not found in the package index, so your "
                    "requirements cannot be met")
    );
    EXPECT_THAT(told.hints, IsEmpty());
}

TEST(Report, FollowsTheChain) {
    TableProvider index;
    index.add("a", "1.0", {"b"});
    index.add("b", "1.0", {"c<2"});
    index.add("d", "1.0", {"c>=2"});
    index.add("c", "1.0");
    index.add("c", "2.0");
    Told told = tell(asking({"a", "d"}), index);
    ASSERT_FALSE(told.lines.empty());
    EXPECT_THAT(told.lines.back(), HasSubstr("so your requirements cannot be met"));
    std::string text;
    for (const std::string& line : told.lines)
        text += line + "\n";
    for (const char* fact :
         {"`a==1.0` requires `b`",
          "`b==1.0` requires `c<2`",
          "`d==1.0` requires `c>=2`",
          "you require"}) {
        EXPECT_THAT(text, HasSubstr(fact));
    }
    EXPECT_THAT(told.hints, ElementsAre("loosen or drop `a` or `d`"));
}

TEST(Report, ManyVersionsWithTheSameFaultAreOneReason) {
    TableProvider index;
    for (int i = 1; i <= 30; ++i) {
        index.add("a", std::to_string(i)).metadata =
            Dependencies{.requires_python = specifiers_of(">=3.14")};
        index.add("b", std::to_string(i), {"c>=2"});
    }
    index.add("c", "1");
    EXPECT_THAT(
        tell(asking({"a"}), index).lines,
        ElementsAre(
            "you require `a`, and every version of `a` needs Python >=3.14 (the interpreter is "
            "3.12.4), so your requirements cannot be met"
        )
    );
    EXPECT_THAT(
        tell(asking({"b"}), index).lines,
        ElementsAre(
            "every version of `b` requires `c>=2`, and there is no `c>=2` (there is 1), so every "
            "version of `b` is ruled out",
            "also, you require `b`, so your requirements cannot be met"
        )
    );
}

Claim claim(const char* package, const char* versions) {
    return {.package = package, .versions = range_of(versions)};
}

Claim excluded(const char* package, const char* versions) {
    Claim claim_of_others = claim(package, versions);
    claim_of_others.is_excluded = true;
    return claim_of_others;
}

Derivation dependency(Claim subject, const char* package, const char* versions) {
    return {
        .kind = FactKind::Dependency, .claims = {std::move(subject), excluded(package, versions)}
    };
}

Derivation conclusion(std::vector<Claim> claims, std::size_t left, std::size_t right) {
    return {.claims = std::move(claims), .left = left, .right = right};
}

TEST(Report, AStepThatIsNeededAgainHasANumber) {
    NoSolution failure;
    failure.proof = {
        dependency(claim("a", "==1"), "b", "==1"),
        dependency(claim("b", "==1"), "c", "==1"),
        conclusion({claim("a", "==1"), excluded("c", "==1")}, 0, 1),
        dependency(claim("d", "==1"), "a", "==1"),
        dependency(claim("d", "==2"), "a", "==1"),
        conclusion({claim("d", "==1"), excluded("c", "==1")}, 2, 3),
        conclusion({claim("d", "==2"), excluded("c", "==1")}, 2, 4),
        conclusion({}, 5, 6),
    };
    EXPECT_THAT(
        failure.report(),
        ElementsAre(
            "`a==1` requires `b==1`, and `b==1` requires `c==1`, so `a==1` needs `c==1` (1)",
            "also, `d==2` requires `a==1`, so `d==2` needs `c==1` (2)",
            "`d==1` requires `a==1`, and `a==1` needs `c==1` (1), so `d==1` needs `c==1`",
            "also, `d==2` needs `c==1` (2), so your requirements cannot be met"
        )
    );
}

TEST(Report, LongProofsAreToldByTheirEnds) {
    NoSolution failure;
    failure.proof.push_back(dependency(claim("a", "==1"), "b", "==1"));
    failure.proof.push_back(dependency(claim("b", "==1"), "c", "==1"));
    failure.proof.push_back(conclusion({claim("a", "==1"), excluded("c", "==1")}, 0, 1));
    for (int i = 2; i < 100; ++i) {
        const std::size_t before = failure.proof.size() - 1;
        std::string version = "==" + std::to_string(i);
        failure.proof.push_back(dependency(claim("a", version.c_str()), "c", "==1"));
        version = "<=" + std::to_string(i);
        failure.proof.push_back(
            conclusion({claim("a", version.c_str()), excluded("c", "==1")}, before, before + 1)
        );
        // Used twice, so that it is not folded into the next step.
        failure.proof.push_back(
            conclusion({claim("a", version.c_str()), excluded("c", "==1")}, before, before + 2)
        );
    }
    EXPECT_LT(failure.report().size(), 45U);
    EXPECT_THAT(failure.report(), Contains(HasSubstr("more steps")));
}

TEST(Report, ConstraintsAndOverridesAreNamedAsTheUsers) {
    TableProvider index;
    index.add("a", "1.0", {"b"});
    index.add("b", "1.0");
    Problem problem = asking({"a"});
    problem.constraints.push_back(requirement_of("b>=3"));
    Told told = tell(problem, index);
    EXPECT_THAT(told.lines.front(), HasSubstr("`a==1.0` requires `b>=3` (your constraint)"));
    EXPECT_THAT(told.hints, ElementsAre("loosen or drop `a` or your constraint `b>=3`"));
    problem.constraints.clear();
    problem.overrides.push_back({.requirement = requirement_of("b>=3")});
    EXPECT_THAT(tell(problem, index).lines.front(), HasSubstr("(your override)"));
}

TEST(Report, HintsNameWhatTheModeOrTheDateHides) {
    TableProvider index;
    index.add("a", "1.0");
    index.add("a", "2.0a1");
    index.add("a", "2.0").release.usability = Usability::ExcludedByDate;
    Problem problem = asking({"a>1.0"});
    problem.prerelease = PrereleaseMode::Disallow;
    Told told = tell(problem, index);
    EXPECT_THAT(told.lines, ElementsAre(HasSubstr("(there is 1.0)")));
    EXPECT_THAT(
        told.hints,
        ElementsAre(
            AllOf(HasSubstr("pre-releases"), HasSubstr("2.0a1")),
            AllOf(HasSubstr("--exclude-newer"), HasSubstr("(2.0)")),
            "loosen or drop `a>1.0`"
        )
    );
}

TEST(Report, TheProvidersReasonsAndHintsArePassedOn) {
    TableProvider index;
    index.add("a", "1.0").release = {
        .version = version_of("1.0"),
        .usability = Usability::NeedsBuild,
        .reason = "has no wheel, and builds are off",
        .hint = "drop `--no-build`"
    };
    index.add("b", "1.0").metadata =
        Unavailable{.reason = "has metadata that cannot be read", .hint = "tell its authors"};
    Told told = tell(asking({"a"}), index);
    EXPECT_THAT(told.lines, ElementsAre(HasSubstr("`a==1.0` has no wheel, and builds are off")));
    EXPECT_THAT(told.hints, ElementsAre("drop `--no-build`"));
    told = tell(asking({"b"}), index);
    EXPECT_THAT(told.lines, ElementsAre(HasSubstr("`b==1.0` has metadata that cannot be read")));
    EXPECT_THAT(told.hints, ElementsAre("tell its authors"));
}

TEST(Report, RequirementsThatNothingCanMeet) {
    TableProvider index;
    index.add("a", "1.0", {"b>2,<1"});
    index.add("b", "1.0");
    EXPECT_THAT(
        tell(asking({"a<0.dev0"}), index).lines,
        ElementsAre(
            "you require `a<0.dev0`, which no version can be, so your requirements cannot be met"
        )
    );
    EXPECT_THAT(
        tell(asking({"a"}), index).lines,
        ElementsAre(AllOf(HasSubstr("`a==1.0` requires"), HasSubstr("which no version can be")))
    );
}

TEST(Report, BecomesAnErrorWithItsStepsAsCauses) {
    TableProvider index;
    index.add("a", "1.0");
    auto result = solve(asking({"a>=2"}), index);
    const auto* failure = std::get_if<NoSolution>(&result.error());
    ASSERT_NE(failure, nullptr);
    base::Error error = failure->to_error();
    EXPECT_EQ(error.kind(), base::ErrorKind::Failed);
    EXPECT_EQ(error.causes(), failure->report());
    EXPECT_EQ(error.hints(), failure->hints);
}

}  // namespace
}  // namespace solve
