#include "codec/zip_inflate.h"

#include "base/check.h"
#include "codec/zip_format.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <atomic>

namespace codec {

using base::fail;
using base::Result;

namespace {

constexpr std::size_t kPieceSize = 256U << 10U;
// A small member with the largest frame of headers.
constexpr std::size_t kKeptBuffer = kZipSmallMember + (256U << 10U);

constinit std::atomic<std::uint64_t> memory_in_use = 0;

}  // namespace

struct ZipInflater::Decompressors {
    libdeflate_decompressor* whole = nullptr;
    z_stream stream{};
    bool stream_ready = false;

    ~Decompressors() {
        libdeflate_free_decompressor(whole);
        if (stream_ready) inflateEnd(&stream);
    }

    void start_stream() {
        if (stream_ready) {
            CHECK(inflateReset(&stream) == Z_OK, "zlib was misused");
            return;
        }
        CHECK(inflateInit2(&stream, -MAX_WBITS) == Z_OK, "out of memory");
        stream_ready = true;
    }
};

std::uint32_t zip_crc32(std::uint32_t crc, std::string_view bytes) {
    return libdeflate_crc32(crc, bytes.data(), bytes.size());
}

ZipInflater::ZipInflater() : decompressors_(std::make_unique<Decompressors>()) {}

ZipInflater::~ZipInflater() = default;

std::span<char> ZipInflater::input(std::size_t size) {
    if (size > input_size_) {
        input_ = std::make_unique_for_overwrite<char[]>(size);
        input_size_ = size;
    }
    return {input_.get(), size};
}

std::span<char> ZipInflater::output(std::size_t size) {
    if (size > output_size_) {
        output_ = std::make_unique_for_overwrite<char[]>(size);
        output_size_ = size;
    }
    return {output_.get(), size};
}

Result<std::string_view> ZipInflater::inflate(std::string_view compressed, std::size_t size) {
    libdeflate_decompressor*& whole = decompressors_->whole;
    if (whole == nullptr) whole = libdeflate_alloc_decompressor();
    CHECK(whole != nullptr, "out of memory");
    const std::span<char> target = output(std::max<std::size_t>(size, 1));
    std::size_t used = 0;
    std::size_t produced = 0;
    const libdeflate_result result = libdeflate_deflate_decompress_ex(
        whole, compressed.data(), compressed.size(), target.data(), size, &used, &produced
    );
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
        return fail(zip_error("its data is longer than its size says"));
    if (result != LIBDEFLATE_SUCCESS) return fail(zip_error("its compressed data is damaged"));
    if (produced != size) return fail(zip_error("its data is shorter than its size says"));
    if (used != compressed.size())
        return fail(zip_error("bytes follow the end of its compressed data"));
    return std::string_view(target.data(), size);
}

Result<void> ZipInflater::inflate(const Next& next, std::uint64_t size, const ZipSink& sink) {
    decompressors_->start_stream();
    z_stream& stream = decompressors_->stream;
    const std::span<char> target = output(kPieceSize);
    std::uint64_t left = size;
    stream.avail_in = 0;
    for (int status = Z_OK; status != Z_STREAM_END;) {
        if (stream.avail_in == 0) {
            const std::string_view piece = TRY(next());
            // zlib takes what it reads through a pointer to non-const and does not change it.
            stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(piece.data()));
            stream.avail_in = static_cast<uInt>(piece.size());
        }
        stream.next_out = reinterpret_cast<Bytef*>(target.data());
        stream.avail_out = static_cast<uInt>(target.size());
        status = ::inflate(&stream, Z_NO_FLUSH);
        CHECK(status != Z_MEM_ERROR, "out of memory");
        if (status == Z_BUF_ERROR) return fail(zip_error("its compressed data is cut short"));
        if (status != Z_OK && status != Z_STREAM_END)
            return fail(zip_error("its compressed data is damaged"));
        const std::size_t produced = target.size() - stream.avail_out;
        if (produced > left) return fail(zip_error("its data is longer than its size says"));
        left -= produced;
        if (produced != 0) TRY(sink({target.data(), produced}));
    }
    if (left != 0) return fail(zip_error("its data is shorter than its size says"));
    const bool used_up = stream.avail_in == 0 && TRY(next()).empty();
    if (!used_up) return fail(zip_error("bytes follow the end of its compressed data"));
    return {};
}

void ZipInflater::trim() {
    if (input_size_ > kKeptBuffer) {
        input_.reset();
        input_size_ = 0;
    }
    if (output_size_ > kKeptBuffer) {
        output_.reset();
        output_size_ = 0;
    }
}

ZipMemory ZipMemory::try_reserve(std::uint64_t size) {
    std::uint64_t used = memory_in_use.load();
    do {
        if (size > kBudget - used) return {};
    } while (!memory_in_use.compare_exchange_weak(used, used + size));
    return ZipMemory(size);
}

ZipMemory::~ZipMemory() {
    memory_in_use -= size_;
}

std::unique_ptr<ZipInflater> ZipInflaterPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            std::unique_ptr<ZipInflater> inflater = std::move(idle_.back());
            idle_.pop_back();
            return inflater;
        }
    }
    return std::make_unique<ZipInflater>();
}

void ZipInflaterPool::put(std::unique_ptr<ZipInflater> inflater) {
    inflater->trim();
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(inflater));
}

}  // namespace codec
