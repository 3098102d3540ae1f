#include "install/target.h"

#include <gtest/gtest.h>

namespace install {
namespace {

TEST(Target, OfAnEnvironmentNamesTheInterpreterWhereItWillBe) {
    const python::VenvLayout environment{
        .root = "/store/stage/1",
        .bin = "/store/stage/1/bin",
        .python = "/store/stage/1/bin/python",
        .purelib = "/store/stage/1/lib/python3.12/site-packages",
        .platlib = "/store/stage/1/lib64/python3.12/site-packages",
        .include = "/store/stage/1/include/site/python3.12",
        .data = "/store/stage/1",
        .python_minor = 12,
    };
    const TargetLayout target = target_of(environment, "/store/env/1");
    EXPECT_EQ(target.python, "/store/env/1/bin/python");
    EXPECT_EQ(target.directory(Scheme::Purelib), environment.purelib);
    EXPECT_EQ(target.directory(Scheme::Platlib), environment.platlib);
    EXPECT_EQ(target.directory(Scheme::Scripts), environment.bin);
    EXPECT_EQ(target.directory(Scheme::Headers), environment.include);
    EXPECT_EQ(target.directory(Scheme::Data), environment.root);
    EXPECT_EQ(target.python_minor, 12U);
    EXPECT_EQ(target.portability, python::Portability::Fixed);
}

TEST(Target, OfAnInterpreterTakesItsOwnScheme) {
    python::Interpreter interpreter;
    interpreter.executable = "/usr/bin/python3";
    interpreter.paths = {"/usr/pure", "/usr/plat", "/usr/bin", "/usr", "/usr/include/python3.11"};
    const TargetLayout target = target_of(interpreter);
    EXPECT_EQ(target.python, "/usr/bin/python3");
    EXPECT_EQ(target.purelib, "/usr/pure");
    EXPECT_EQ(target.platlib, "/usr/plat");
    EXPECT_EQ(target.scripts, "/usr/bin");
    EXPECT_EQ(target.root, "/usr");
    EXPECT_EQ(target.headers, "/usr/include/python3.11");
}

}  // namespace
}  // namespace install
