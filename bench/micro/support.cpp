#include "support.h"

#include <fmt/core.h>

#include <array>
#include <cstdlib>
#include <random>

namespace bench {

void give_up(const base::Error& error) {
    fmt::print(stderr, "adder_bench: {}\n", error.flat());
    std::abort();
}

base::TempDir scratch() {
    auto in_memory = base::TempDir::create("/dev/shm", "adder-bench-");
    return in_memory ? std::move(*in_memory) : must(base::TempDir::create("/tmp", "adder-bench-"));
}

pep::MarkerEnvironment debian_environment() {
    return {
        .os_name = "posix",
        .sys_platform = "linux",
        .platform_machine = "x86_64",
        .platform_python_implementation = "CPython",
        .platform_release = "6.1.0-18-amd64",
        .platform_system = "Linux",
        .platform_version = "#1 SMP Debian 6.1.76-1",
        .python_version = "3.11",
        .python_full_version = "3.11.7",
        .implementation_name = "cpython",
        .implementation_version = "3.11.7",
    };
}

pep::Tags debian_tags() {
    pep::TagInputs inputs;
    inputs.python_minor = 11;
    inputs.platform_major = 2;
    inputs.platform_minor = 36;
    inputs.arch = "x86_64";
    return must(pep::Tags::create(inputs));
}

std::string metadata_text(int count) {
    std::string text =
        "Metadata-Version: 2.1\nName: demo\nVersion: 2.31.0\nSummary: What a demo is for\n"
        "License: Apache-2.0\nClassifier: Programming Language :: Python :: 3\n"
        "Requires-Python: >=3.8\nDescription-Content-Type: text/markdown\n"
        "Provides-Extra: test\n";
    for (int i = 0; i < count; ++i) {
        const std::string_view marker =
            i % 2 == 0 ? "python_version < \"3.13\"" : "extra == \"test\"";
        text +=
            fmt::format("Requires-Dist: package-{0}[more]<{1},>={0}.1 ; {2}\n", i, i + 2, marker);
    }
    text += "\n# demo\n\n";
    for (int i = 0; i < 200; ++i)
        text += "A line of the README, as every distribution carries hundreds of them.\n";
    return text;
}

std::string index_page(int releases, int wheels) {
    std::string text = R"({"meta":{"api-version":"1.1"},"name":"demo","files":[)";
    const auto add = [&text](const std::string& file_name) {
        const std::string digest = fmt::format("{:064x}", std::hash<std::string>()(file_name));
        if (!text.ends_with('[')) text += ',';
        text += fmt::format(
            R"({{"core-metadata":{{"sha256":"{1}"}},"data-dist-info-metadata":{{"sha256":"{1}"}},)"
            R"("filename":"{0}","hashes":{{"sha256":"{1}"}},"requires-python":">=3.9","size":1234567,)"
            R"("upload-time":"2024-05-06T07:08:09.123456Z",)"
            R"("url":"https://files.pythonhosted.org/packages/ab/cd/{1}/{0}","yanked":false}})",
            file_name,
            digest
        );
    };
    for (int release = 0; release < releases; ++release) {
        const std::string version =
            fmt::format("{}.{}.{}", release / 40, release / 4 % 10, release % 4);
        add(fmt::format("demo-{}.tar.gz", version));
        for (int wheel = 0; wheel < wheels; ++wheel) {
            add(fmt::format(
                "demo-{0}-cp3{1}-cp3{1}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
                version,
                8 + wheel
            ));
        }
    }
    return text + "]}";
}

std::string pyproject_text(int count) {
    std::string text =
        "[build-system]\nrequires = [\"hatchling>=1.21\"]\nbuild-backend = \"hatchling.build\"\n\n"
        "[project]\nname = \"demo\"\nversion = \"1.2.3\"\nrequires-python = \">=3.9\"\n"
        "authors = [{ name = \"A. Author\", email = \"author@example.org\" }]\ndependencies = [\n";
    for (int i = 0; i < count; ++i)
        text += fmt::format(
            "    \"package-{}>={}.2,<{}; python_version >= '3.9'\",  # why\n", i, i, i + 1
        );
    text += "]\n";
    for (const char* tool : {"ruff", "mypy", "pytest.ini_options", "coverage.run", "uv"}) {
        text += fmt::format("\n[tool.{}]\n", tool);
        for (int i = 0; i < 8; ++i)
            text +=
                fmt::format("option-{0} = {{ value = {0}, names = [\"a\", 'b'], on = true }}\n", i);
    }
    return text;
}

std::string source_text(std::size_t size, unsigned seed) {
    constexpr std::array<const char*, 12> kWords{
        "def ",
        "return ",
        "self.",
        "value",
        " = ",
        "(",
        "):\n    ",
        "\n",
        "import ",
        "None",
        "for item in ",
        "# why it is so\n"
    };
    std::minstd_rand random(seed);
    std::string text;
    while (text.size() < size) {
        text += kWords[random() % kWords.size()];
        if (random() % 3 == 0) text += fmt::format("name_{}", random() % 5000);
    }
    text.resize(size);
    return text;
}

}  // namespace bench
