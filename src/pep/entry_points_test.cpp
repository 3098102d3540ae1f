#include "pep/entry_points.h"

#include <gtest/gtest.h>

namespace pep {
namespace {

TEST(EntryPoints, AreThePrograms) {
    const auto points = parse_entry_points(
        "[console_scripts]\n"
        "Black = black:patched_main\n"
        "blackd = blackd:patched_main [d]\n"
        "# a comment\n"
        "deep=package.cli : app.run[ color , Extra_Two ]\n"
        "\n"
        "[gui_scripts]\n"
        "idle = idlelib.pyshell:main\n"
        "[pytest11]\n"
        "plugin = module\n"
    );
    ASSERT_TRUE(points) << points.error().flat();
    EXPECT_EQ(
        points->console_scripts,
        (std::vector<EntryPoint>{
            {"Black", "black", "patched_main", {}},
            {"blackd", "blackd", "patched_main", {*ExtraName::parse("d")}},
            {"deep",
             "package.cli",
             "app.run",
             {*ExtraName::parse("color"), *ExtraName::parse("extra-two")}},
        })
    );
    EXPECT_EQ(
        points->gui_scripts, (std::vector<EntryPoint>{{"idle", "idlelib.pyshell", "main", {}}})
    );
}

TEST(EntryPoints, MayBeNone) {
    EXPECT_EQ(*parse_entry_points(""), EntryPoints());
    EXPECT_EQ(*parse_entry_points("[console_scripts]\n"), EntryPoints());
    EXPECT_EQ(
        parse_entry_points("[console_scripts]\na = module\n")->console_scripts[0].attribute, ""
    );
}

TEST(EntryPoints, RefusesBrokenOnes) {
    for (const char* text :
         {"[console_scripts]\na = \n",
          "[console_scripts]\na = :main\n",
          "[console_scripts]\na = m:f x]\n",
          "[console_scripts]\na = m:f [x y]\n",
          "a = b:c\n"}) {
        const auto points = parse_entry_points(text);
        ASSERT_FALSE(points) << text;
        EXPECT_EQ(points.error().kind(), base::ErrorKind::Invalid);
    }
}

}  // namespace
}  // namespace pep
