// gzip and zstd on top of any source. Both formats are sequences of self-contained pieces: gzip
// calls them members, zstd frames. Here both are "members".
//
// Phases: at the start of a member its magic bytes are looked at (which is also how `auto` finds
// the format and how garbage after the last member is told from another one); within a member the
// codec unpacks; the data ends well only where a member could start. A plain source passes
// through, without a copy once the bytes that were looked at have been handed out.
//
// The raw source may be blocked anywhere, so all progress is in State, none on the stack.
//
// Ownership: State owns the block of raw bytes and the codec, the codec its library's stream.
#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#define ZLIB_CONST // next_in is then const, as our input is
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "source.h"
#include "engine_only.h"

namespace weather {
namespace {

constexpr size_t block_size = 64 * 1024;

struct Bytes {
    const char* next;
    size_t left;
};

struct Room {
    char* next;
    size_t left;
};

enum class Unpacked : uint8_t { More, MemberEnd, Damaged };

// Unpacks one member at a time, as far as input and room go. It may hold back output that found no
// room: call again with more room before giving it more input.
class Codec {
  public:
    virtual ~Codec() = default;
    virtual void start_member() = 0;
    virtual Unpacked unpack(Bytes& in, Room& out) = 0;
    virtual const char* complaint() const = 0; // the library's words, after Damaged
};

class GzipCodec final : public Codec {
  public:
    GzipCodec() {
        // 16: gzip only, with its header and its checksums, not zlib's or raw deflate.
        if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK)
            throw std::bad_alloc();
    }
    ~GzipCodec() override { inflateEnd(&stream_); }
    GzipCodec(const GzipCodec&) = delete;
    GzipCodec& operator=(const GzipCodec&) = delete;

    void start_member() override { inflateReset(&stream_); }

    Unpacked unpack(Bytes& in, Room& out) override {
        constexpr size_t most = 1u << 30; // zlib counts in unsigned int
        const uInt in_size = static_cast<uInt>(std::min(in.left, most));
        const uInt out_size = static_cast<uInt>(std::min(out.left, most));
        stream_.next_in = reinterpret_cast<const Bytef*>(in.next);
        stream_.avail_in = in_size;
        stream_.next_out = reinterpret_cast<Bytef*>(out.next);
        stream_.avail_out = out_size;
        const int answer = inflate(&stream_, Z_NO_FLUSH);
        in.next += in_size - stream_.avail_in;
        in.left -= in_size - stream_.avail_in;
        out.next += out_size - stream_.avail_out;
        out.left -= out_size - stream_.avail_out;
        switch (answer) {
        case Z_OK:
        case Z_BUF_ERROR: // no input or no room: not an error
            return Unpacked::More;
        case Z_STREAM_END:
            return Unpacked::MemberEnd;
        case Z_MEM_ERROR: // the window is allocated late
            throw std::bad_alloc();
        default:
            return Unpacked::Damaged;
        }
    }

    const char* complaint() const override { return stream_.msg ? stream_.msg : "invalid data"; }

  private:
    z_stream stream_ = {};
};

class ZstdCodec final : public Codec {
  public:
    ZstdCodec() : stream_(ZSTD_createDStream()) {
        if (stream_ == nullptr)
            throw std::bad_alloc();
        // The library's default, said here because memory is bounded by it: 2^27 = 128 MiB.
        ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, 27);
    }
    ~ZstdCodec() override { ZSTD_freeDStream(stream_); }
    ZstdCodec(const ZstdCodec&) = delete;
    ZstdCodec& operator=(const ZstdCodec&) = delete;

    void start_member() override { ZSTD_DCtx_reset(stream_, ZSTD_reset_session_only); }

    Unpacked unpack(Bytes& in, Room& out) override {
        ZSTD_inBuffer input = {in.next, in.left, 0};
        ZSTD_outBuffer output = {out.next, out.left, 0};
        answer_ = ZSTD_decompressStream(stream_, &output, &input);
        in.next += input.pos;
        in.left -= input.pos;
        out.next += output.pos;
        out.left -= output.pos;
        if (answer_ == 0)
            return Unpacked::MemberEnd;
        if (!ZSTD_isError(answer_))
            return Unpacked::More;
        if (ZSTD_getErrorCode(answer_) == ZSTD_error_memory_allocation)
            throw std::bad_alloc();
        return Unpacked::Damaged;
    }

    const char* complaint() const override { return ZSTD_getErrorName(answer_); }

  private:
    ZSTD_DStream* stream_;
    size_t answer_ = 0;
};

std::unique_ptr<Codec> make_codec(Compression format) {
    if (format == Compression::Gzip)
        return std::make_unique<GzipCodec>();
    return std::make_unique<ZstdCodec>();
}

// How the start of some data compares with a format's magic bytes.
enum class Magic : uint8_t { No, Cut, Yes }; // Cut: right so far, but too short to tell

Magic compare_magic(const Bytes& data, Compression format) {
    static const unsigned char gzip[] = {0x1f, 0x8b};
    static const unsigned char frame[] = {0x28, 0xb5, 0x2f, 0xfd};
    static const unsigned char skippable[] = {0x50, 0x2a, 0x4d, 0x18}; // 0x50 to 0x5f

    const auto compare = [&data](const unsigned char* magic, size_t size, unsigned first_mask) {
        for (size_t i = 0; i < size; i++) {
            if (i == data.left)
                return Magic::Cut;
            const unsigned byte = static_cast<unsigned char>(data.next[i]);
            if ((i == 0 ? byte & first_mask : byte) != magic[i])
                return Magic::No;
        }
        return Magic::Yes;
    };
    if (format == Compression::Gzip)
        return compare(gzip, sizeof gzip, 0xff);
    return std::max(compare(frame, sizeof frame, 0xff), compare(skippable, sizeof skippable, 0xf0));
}

// What `auto` finds; Auto while the data is too short to tell.
Compression detect(const Bytes& data, bool data_ended) {
    const Magic gzip = compare_magic(data, Compression::Gzip);
    const Magic zstd = compare_magic(data, Compression::Zstd);
    if (gzip == Magic::Yes)
        return Compression::Gzip;
    if (zstd == Magic::Yes)
        return Compression::Zstd;
    if (!data_ended && (gzip == Magic::Cut || zstd == Magic::Cut))
        return Compression::Auto;
    return Compression::None;
}

} // namespace

struct DecompressingSource::State {
    enum class Phase : uint8_t { MemberStart, Member, PassThrough, Ended, Failed };

    State(Source& raw_source, Compression requested) : raw(raw_source), format(requested) {
        if (requested == Compression::None)
            phase = Phase::PassThrough;
    }

    // Each answers false when it can do nothing without more raw bytes.
    bool start_member();
    bool unpack(Room& room);

    ReadStatus fetch(Error& error);
    ReadResult pass_through(char* buffer, size_t size, Error& error);
    void fail(std::string reason);
    void fail_truncated();
    std::string name() const { return compression_name(format); }
    const char* member() const { return format == Compression::Gzip ? "member" : "frame"; }

    Source& raw;
    Compression format; // Auto until detected
    Phase phase = Phase::MemberStart;
    bool first_member = true;
    bool raw_ended = false;
    bool withholding = false; // the codec may have output for which there was no room
    std::unique_ptr<Codec> codec;
    std::unique_ptr<char[]> block; // raw bytes; those not yet used are `unread`
    Bytes unread = {nullptr, 0};
    uint64_t fetched = 0; // raw bytes so far
    Error failure;
};

// Looks at the magic bytes, without taking them: the codecs want to see them too.
bool DecompressingSource::State::start_member() {
    if (format == Compression::Auto) {
        format = detect(unread, raw_ended);
        if (format == Compression::Auto)
            return false;
        if (format == Compression::None) {
            phase = Phase::PassThrough;
            return true;
        }
    }
    const Magic magic = compare_magic(unread, format);
    if (magic == Magic::Cut && !raw_ended)
        return false;

    if (magic == Magic::Yes) {
        if (!codec)
            codec = make_codec(format);
        codec->start_member();
        first_member = false;
        phase = Phase::Member;
    } else if (unread.left == 0 && !first_member) {
        phase = Phase::Ended;
    } else if (unread.left == 0) {
        fail("empty, where " + name() + " data was expected");
    } else if (magic == Magic::Cut) {
        fail_truncated();
    } else if (first_member) {
        fail("it does not begin as " + name() + " data does");
    } else {
        fail("bytes after the end of the " + name() + " data that are not another " + member());
    }
    return true;
}

bool DecompressingSource::State::unpack(Room& room) {
    if (unread.left == 0 && !withholding) {
        if (!raw_ended)
            return false;
        fail_truncated();
        return true;
    }
    const Unpacked outcome = codec->unpack(unread, room);
    withholding = outcome == Unpacked::More && room.left == 0;
    if (outcome == Unpacked::MemberEnd)
        phase = Phase::MemberStart;
    else if (outcome == Unpacked::Damaged)
        fail("damaged " + name() + " data: " + codec->complaint());
    return true;
}

// Reads one block behind what is unread: no more than a few bytes of a magic.
ReadStatus DecompressingSource::State::fetch(Error& error) {
    if (!block)
        block.reset(new char[block_size]);
    if (unread.left > 0)
        std::memmove(block.get(), unread.next, unread.left);
    unread.next = block.get();

    Error raw_error;
    const ReadResult got = raw.read(block.get() + unread.left, block_size - unread.left, raw_error);
    if (got.status == ReadStatus::Data) {
        unread.left += got.size;
        fetched += got.size;
    } else if (got.status == ReadStatus::End) {
        raw_ended = true;
    } else if (got.status == ReadStatus::Failed) {
        failure = raw_error;
        error = std::move(raw_error);
        phase = Phase::Failed;
    }
    return got.status;
}

ReadResult DecompressingSource::State::pass_through(char* buffer, size_t size, Error& error) {
    if (unread.left == 0) {
        block.reset();
        return raw.read(buffer, size, error);
    }
    const size_t taken = std::min(size, unread.left);
    std::memcpy(buffer, unread.next, taken);
    unread.next += taken;
    unread.left -= taken;
    return {ReadStatus::Data, taken};
}

void DecompressingSource::State::fail(std::string reason) {
    phase = Phase::Failed;
    failure.code = ErrorCode::CorruptCompression;
    failure.offset = fetched - unread.left;
    failure.reason = std::move(reason);
}

void DecompressingSource::State::fail_truncated() {
    fail(name() + " data ends in the middle of a " + member());
    failure.offset = fetched; // the end, whatever is left of a magic before it
}

DecompressingSource::DecompressingSource(Source& raw, Compression requested)
    : state_(std::make_unique<State>(raw, requested)) {}

DecompressingSource::~DecompressingSource() = default;

Compression DecompressingSource::detected() const {
    return state_->format;
}

bool DecompressingSource::seek(uint64_t offset, uint64_t& reached) {
    const Compression format = state_->format;
    if (!state_->raw.seek(format == Compression::None ? offset : 0, reached))
        return false;
    state_ = std::make_unique<State>(state_->raw, format);
    return true;
}

// Each turn uses up raw bytes or room or changes the phase, and at most one turn fetches: so a
// call is bounded by one block of raw bytes and by the caller's room.
ReadResult DecompressingSource::read(char* buffer, size_t size, Error& error) {
    using Phase = State::Phase;
    State& state = *state_;
    Room room = {buffer, size};
    for (bool may_fetch = true;;) {
        bool moved = true;
        if (state.phase == Phase::PassThrough)
            return state.pass_through(buffer, size, error);
        if (state.phase == Phase::MemberStart)
            moved = state.start_member();
        else if (state.phase == Phase::Member)
            moved = state.unpack(room);

        // What has been unpacked is handed out before an end, an error or a wait is spoken of.
        const bool over = state.phase == Phase::Ended || state.phase == Phase::Failed;
        if (room.left < size && (over || !moved || room.left == 0))
            return {ReadStatus::Data, size - room.left};
        if (state.phase == Phase::Ended)
            return {ReadStatus::End, 0};
        if (state.phase == Phase::Failed) {
            error = state.failure;
            return {ReadStatus::Failed, 0};
        }
        if (moved)
            continue;
        if (!may_fetch)
            return {ReadStatus::Again, 0};
        const ReadStatus status = state.fetch(error);
        if (status != ReadStatus::Data && status != ReadStatus::End)
            return {status, 0};
        may_fetch = false;
    }
}

} // namespace weather
