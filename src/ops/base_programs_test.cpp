#include "ops/base_programs.h"

#include <gtest/gtest.h>

namespace ops {
namespace {

struct Case {
    const char* script;
    const char* behind;
};

class BehindShebang : public testing::TestWithParam<Case> {};

TEST_P(BehindShebang, KeepsWhatPythonRuns) {
    EXPECT_EQ(behind_shebang(GetParam().script, "/base/bin"), GetParam().behind);
}

INSTANTIATE_TEST_SUITE_P(
    Scripts,
    BehindShebang,
    testing::Values(
        Case{"#!/base/bin/python\nimport a\n", "import a\n"},
        Case{"#! /base/bin/python3.12\nimport a\n", "import a\n"},
        Case{
            "#!/bin/sh\n'''exec' \"/base/bin/python\" \"$0\" \"$@\"\n' '''\nimport a\n",
            "import a\n"
        },
        Case{
            "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python' \"$0\" "
            "\"$@\"\n' '''\nimport a\n",
            "import a\n"
        },
        Case{
            "#!/bin/sh\n\"\"\":\"\nexec '/base/bin/python' \"$0\" \"$@\"\n\" \"\"\"\nimport a\n",
            "import a\n"
        },
        // Of another environment, of no Python, not closed, no script.
        Case{"#!/other/bin/python\nimport a\n", ""},
        Case{"#!/usr/bin/env python\nimport a\n", ""},
        Case{"#!/base/bin/perl\nprint\n", ""},
        Case{"#!/bin/sh\nexec /base/bin/python \"$0\"\nimport a\n", ""},
        Case{"#!/bin/sh\necho\n", ""},
        Case{
            "\x7f"
            "ELF",
            ""
        },
        Case{"", ""}
    )
);

}  // namespace
}  // namespace ops
