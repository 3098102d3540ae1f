#include "cli/user_directories.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace cli {
namespace {

struct Case {
    std::vector<std::pair<const char*, const char*>> variables;
    std::string data;
    std::string bin;
    std::string config;
    std::string cache;
};

TEST(UserDirectories, AreThoseOfTheSpecification) {
    const Case cases[] = {
        {{{"HOME", "/h"}}, "/h/.local/share", "/h/.local/bin", "/h/.config", "/h/.cache"},
        {{{"HOME", "/h"}, {"XDG_DATA_HOME", "/d"}}, "/d", "/d/../bin", "/h/.config", "/h/.cache"},
        {{{"HOME", "/h"}, {"XDG_DATA_HOME", "/d"}, {"XDG_BIN_HOME", "/b"}},
         "/d",
         "/b",
         "/h/.config",
         "/h/.cache"},
        {{{"HOME", "/h"}, {"XDG_CONFIG_HOME", "/c"}},
         "/h/.local/share",
         "/h/.local/bin",
         "/c",
         "/h/.cache"},
        {{{"HOME", "/h"}, {"XDG_CACHE_HOME", "/c"}},
         "/h/.local/share",
         "/h/.local/bin",
         "/h/.config",
         "/c"},
        {{{"HOME", "/h"},
          {"XDG_DATA_HOME", "d"},
          {"XDG_BIN_HOME", "./b"},
          {"XDG_CONFIG_HOME", ""},
          {"XDG_CACHE_HOME", "../c"}},
         "/h/.local/share",
         "/h/.local/bin",
         "/h/.config",
         "/h/.cache"},
        {{}, ".local/share", ".local/bin", "none", "none"},
    };
    for (const Case& expected : cases) {
        base::Environment environment;
        for (const auto& [name, value] : expected.variables)
            environment.set(name, value);
        const Variables variables(environment);
        EXPECT_EQ(user_data_directory(variables), expected.data);
        EXPECT_EQ(user_bin_directory(variables), expected.bin);
        EXPECT_EQ(user_config_directory(variables).value_or("none"), expected.config);
        EXPECT_EQ(user_cache_directory(variables).value_or("none"), expected.cache);
    }
}

}  // namespace
}  // namespace cli
