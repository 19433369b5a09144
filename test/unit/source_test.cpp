// Sources: descriptors, and gzip and zstd on top of any source. The compressed inputs are made
// here by zlib and zstd themselves; the raw sources deliver them in every awkward way.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "source.h"
#include "engine_only.h"

namespace weather {
namespace {

// A raw source over a string: so many bytes a call, after each some pauses, then End or an error.
class StringSource final : public Source {
  public:
    explicit StringSource(std::string data, size_t chunk = SIZE_MAX, int pauses = 0)
        : data_(std::move(data)), chunk_(chunk), pauses_(pauses) {}

    ReadResult read(char* buffer, size_t size, Error& error) override {
        last_buffer = buffer;
        if (pauses_left_ > 0)
            return {pauses_left_-- % 2 != 0 ? ReadStatus::Blocked : ReadStatus::Again, 0};
        const size_t taken = std::min({size, chunk_, data_.size() - position});
        if (taken > 0) {
            std::memcpy(buffer, data_.data() + position, taken);
            position += taken;
            pauses_left_ = pauses_;
            return {ReadStatus::Data, taken};
        }
        if (fails_at_end) {
            error = Error{};
            error.code = ErrorCode::Io;
            error.system_errno = EIO;
            error.offset = position;
            return {ReadStatus::Failed, 0};
        }
        return {ReadStatus::End, 0};
    }

    size_t position = 0;
    bool fails_at_end = false;
    char* last_buffer = nullptr;

  private:
    std::string data_;
    size_t chunk_;
    int pauses_;
    int pauses_left_ = 0;
};

struct Outcome {
    std::string data;
    ReadStatus status = ReadStatus::End;
    Error error;
    size_t pauses = 0;
};

// Reads to the end or to an error, which must then stay.
Outcome drain(Source& source, size_t buffer_size = 4096) {
    Outcome outcome;
    std::vector<char> buffer(buffer_size);
    for (size_t calls = 0; calls < 10 * 1000 * 1000; calls++) {
        const ReadResult got = source.read(buffer.data(), buffer.size(), outcome.error);
        outcome.status = got.status;
        EXPECT_EQ(got.status == ReadStatus::Data, got.size > 0);
        EXPECT_LE(got.size, buffer.size());
        EXPECT_EQ(got.status == ReadStatus::Failed, static_cast<bool>(outcome.error));
        outcome.data.append(buffer.data(), got.size);
        if (got.status == ReadStatus::Blocked || got.status == ReadStatus::Again)
            outcome.pauses++;
        if (got.status != ReadStatus::End && got.status != ReadStatus::Failed)
            continue;

        Error again;
        EXPECT_EQ(source.read(buffer.data(), buffer.size(), again).status, got.status);
        EXPECT_EQ(again.code, outcome.error.code);
        EXPECT_EQ(again.reason, outcome.error.reason);
        EXPECT_EQ(again.offset, outcome.error.offset);
        return outcome;
    }
    ADD_FAILURE() << "no end in sight";
    return outcome;
}

Outcome unpack(const std::string& data, Compression requested, size_t buffer_size = 4096) {
    StringSource raw(data);
    DecompressingSource source(raw, requested);
    return drain(source, buffer_size);
}

std::string gzip(const std::string& data, const std::string& name = "") {
    z_stream stream = {};
    EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    gz_header header = {};
    std::string name_bytes = name;
    if (!name.empty()) {
        header.name = reinterpret_cast<Bytef*>(name_bytes.data());
        deflateSetHeader(&stream, &header);
    }
    std::string packed(deflateBound(&stream, data.size()) + name.size() + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string zstd(const std::string& data) {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    std::string packed(ZSTD_compressBound(data.size()), '\0');
    const size_t size =
        ZSTD_compress2(context, packed.data(), packed.size(), data.data(), data.size());
    EXPECT_FALSE(ZSTD_isError(size));
    ZSTD_freeCCtx(context);
    packed.resize(size);
    return packed;
}

std::string skippable(size_t size, char number = 0) {
    std::string frame = {static_cast<char>(0x50 + number), 0x2a, 0x4d, 0x18};
    for (int shift = 0; shift < 32; shift += 8)
        frame += static_cast<char>(size >> shift);
    return frame + std::string(size, 's');
}

// Lines that compress, but not to nothing; the same at every run.
std::string sample(size_t size) {
    std::string text;
    uint32_t state = 12345;
    while (text.size() < size) {
        state = state * 1664525 + 1013904223;
        text += "{\"city\": \"London\", \"temp\": " + std::to_string(state >> 8) + "},\n";
    }
    text.resize(size);
    return text;
}

std::string pack(const std::string& data, Compression format) {
    return format == Compression::Gzip ? gzip(data) : zstd(data);
}

int file_with(const std::string& data) {
    const int fd = memfd_create("source_test", MFD_CLOEXEC);
    EXPECT_EQ(write(fd, data.data(), data.size()), static_cast<ssize_t>(data.size()));
    return fd;
}

// ---- Descriptors

TEST(FileSource, ReadsAFileFromItsStartWhereverTheDescriptorStands) {
    const std::string text = sample(100 * 1000);
    const int fd = file_with(text); // stands at the end after writing
    FileSource source(fd, FileSource::Kind::RegularFile);
    EXPECT_EQ(drain(source, 777).data, text);
    EXPECT_EQ(source.bytes_read(), text.size());
    close(fd);
}

TEST(FileSource, StaysAtItsEndWhenTheFileGrows) {
    const int fd = file_with("one");
    FileSource source(fd, FileSource::Kind::RegularFile);
    EXPECT_EQ(drain(source).data, "one");
    ASSERT_EQ(write(fd, "two", 3), 3);
    const Outcome later = drain(source);
    EXPECT_EQ(later.status, ReadStatus::End);
    EXPECT_EQ(later.data, "");
    close(fd);
}

TEST(FileSource, EndsWhereAFileWasTruncatedMeanwhile) {
    const int fd = file_with(sample(1000));
    FileSource source(fd, FileSource::Kind::RegularFile);
    Error error;
    char buffer[100];
    ASSERT_EQ(source.read(buffer, sizeof buffer, error).size, 100u);
    ASSERT_EQ(ftruncate(fd, 10), 0);
    EXPECT_EQ(source.read(buffer, sizeof buffer, error).status, ReadStatus::End);
    close(fd);
}

TEST(FileSource, GoesOnUnderAnotherDescriptor) {
    const std::string text = sample(1000);
    const int first = file_with(text);
    const int second = dup(first);
    FileSource source(first, FileSource::Kind::RegularFile);
    Error error;
    char buffer[300];
    ASSERT_EQ(source.read(buffer, sizeof buffer, error).size, 300u);
    close(first);
    source.rebind(second);
    EXPECT_EQ(drain(source).data, text.substr(300));
    EXPECT_EQ(source.bytes_read(), 1000u);
    close(second);
}

TEST(FileSource, ReportsAClosedDescriptor) {
    const int fd = file_with("x");
    close(fd);
    FileSource source(fd, FileSource::Kind::RegularFile);
    const Outcome outcome = drain(source);
    EXPECT_EQ(outcome.error.code, ErrorCode::Io);
    EXPECT_EQ(outcome.error.system_errno, EBADF);
    EXPECT_FALSE(outcome.error.reason.empty());
}

TEST(FileSource, ReportsWhatTheKernelSays) {
    // Address 0 is never mapped, and reading it is an input/output error.
    const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(memory, 0);
    FileSource unreadable(memory, FileSource::Kind::RegularFile);
    EXPECT_EQ(drain(unreadable).error.system_errno, EIO);
    close(memory);

    const int directory = open("/", O_RDONLY | O_CLOEXEC);
    FileSource not_a_file(directory, FileSource::Kind::RegularFile);
    EXPECT_EQ(drain(not_a_file).error.system_errno, EISDIR);
    close(directory);
}

TEST(FileSource, PipeIsBlockedThenDeliversThenEnds) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    FileSource source(ends[0], FileSource::Kind::Pipe);
    Error error;
    char buffer[16];
    EXPECT_EQ(source.read(buffer, sizeof buffer, error).status, ReadStatus::Blocked);
    ASSERT_EQ(write(ends[1], "abc", 3), 3);
    EXPECT_EQ(source.read(buffer, sizeof buffer, error).size, 3u);
    EXPECT_EQ(source.read(buffer, sizeof buffer, error).status, ReadStatus::Blocked);
    close(ends[1]);
    EXPECT_EQ(source.read(buffer, sizeof buffer, error).status, ReadStatus::End);
    EXPECT_EQ(source.read(buffer, sizeof buffer, error).status, ReadStatus::End);
    EXPECT_FALSE(error);
    EXPECT_EQ(source.bytes_read(), 3u);
    close(ends[0]);
}

// ---- No compression

TEST(Compression, HasTheNamesOfTheOption) {
    EXPECT_STREQ(compression_name(Compression::Auto), "auto");
    EXPECT_STREQ(compression_name(Compression::None), "none");
    EXPECT_STREQ(compression_name(Compression::Gzip), "gzip");
    EXPECT_STREQ(compression_name(Compression::Zstd), "zstd");
}

TEST(Plain, EmptyDataEndsAtOnce) {
    for (const Compression requested : {Compression::Auto, Compression::None}) {
        StringSource raw("");
        DecompressingSource source(raw, requested);
        EXPECT_EQ(source.detected(), requested);
        const Outcome outcome = drain(source);
        EXPECT_EQ(outcome.status, ReadStatus::End);
        EXPECT_EQ(source.detected(), Compression::None);
    }
}

TEST(Plain, ShortDataIsPlainUnderAuto) {
    const std::string texts[] = {"1", "\x1f",      "\x1f ",         "(", "(\xb5", "(\xb5/",
                                 "[", "[\x2a\x4d", "[\x2a\x4d\x19", "{}"};
    for (const std::string& text : texts) {
        for (const int pauses : {0, 2}) {
            StringSource raw(text, 1, pauses);
            DecompressingSource source(raw, Compression::Auto);
            const Outcome outcome = drain(source, 3);
            EXPECT_EQ(outcome.data, text);
            EXPECT_EQ(outcome.status, ReadStatus::End);
            EXPECT_EQ(source.detected(), Compression::None);
        }
    }
}

TEST(Plain, NoneNeverLooksAtTheBytes) {
    const std::string packed = gzip("x") + zstd("y");
    EXPECT_EQ(unpack(packed, Compression::None).data, packed);
}

TEST(Plain, IsReadStraightIntoTheCallersBuffer) {
    const std::string text = sample(200 * 1000);
    for (const Compression requested : {Compression::Auto, Compression::None}) {
        StringSource raw(text);
        DecompressingSource source(raw, requested);
        std::vector<char> buffer(100 * 1000);
        Error error;
        std::string data;
        for (ReadResult got; (got = source.read(buffer.data(), buffer.size(), error)).size > 0;) {
            if (requested == Compression::None || data.size() >= 64 * 1024) {
                EXPECT_EQ(raw.last_buffer, buffer.data());
            }
            data.append(buffer.data(), got.size);
        }
        EXPECT_EQ(data, text);
    }
}

TEST(Plain, ALiveStreamIsNotHeldBackForMoreMagicBytes) {
    StringSource raw("{x", 1, 1);
    DecompressingSource source(raw, Compression::Auto);
    char buffer[8];
    Error error;
    EXPECT_EQ(source.detected(), Compression::Auto);
    EXPECT_EQ(source.read(buffer, sizeof buffer, error).size, 1u);
    EXPECT_EQ(source.detected(), Compression::None);
    EXPECT_EQ(source.read(buffer, sizeof buffer, error).status, ReadStatus::Blocked);
    EXPECT_EQ(source.read(buffer, sizeof buffer, error).size, 1u);
}

// ---- Both formats

class Packed : public testing::TestWithParam<Compression> {
  protected:
    Compression format() const { return GetParam(); }
    std::string pack(const std::string& data) const { return weather::pack(data, format()); }
    std::string member() const { return format() == Compression::Gzip ? "member" : "frame"; }
    std::string name() const { return compression_name(format()); }

    // Under the format's own name and under auto.
    std::vector<Compression> requests() const { return {format(), Compression::Auto}; }
};

INSTANTIATE_TEST_SUITE_P(Formats, Packed, testing::Values(Compression::Gzip, Compression::Zstd),
                         [](const auto& test) { return compression_name(test.param); });

TEST_P(Packed, UnpacksWhateverTheSizesOfReads) {
    const std::string text = sample(300 * 1000);
    for (const Compression requested : requests()) {
        for (const size_t buffer_size : {size_t(1), size_t(7), size_t(4096), size_t(1 << 20)}) {
            StringSource raw(pack(text));
            DecompressingSource source(raw, requested);
            const Outcome outcome = drain(source, buffer_size);
            EXPECT_EQ(outcome.status, ReadStatus::End);
            EXPECT_TRUE(outcome.data == text);
            EXPECT_EQ(source.detected(), format());
        }
    }
}

TEST_P(Packed, ByteByByteWithPausesIsTheSame) {
    const std::string text = sample(5000);
    const std::string packed = pack(text) + pack("") + pack("tail");
    for (const Compression requested : requests()) {
        for (const size_t chunk : {1, 2, 3, 5}) {
            for (const int pauses : {0, 1, 40}) {
                StringSource raw(packed, chunk, pauses);
                DecompressingSource source(raw, requested);
                const Outcome outcome = drain(source, 100);
                EXPECT_EQ(outcome.status, ReadStatus::End) << outcome.error.reason;
                EXPECT_EQ(outcome.data, text + "tail");
            }
        }
    }
}

TEST_P(Packed, ManyMembersAreJoined) {
    std::string packed, text;
    for (int i = 0; i < 5000; i++) {
        const std::string line = std::to_string(i) + "\n";
        packed += pack(line);
        text += line;
    }
    for (const Compression requested : requests())
        EXPECT_EQ(unpack(packed, requested).data, text);
}

TEST_P(Packed, CutAnywhereIsNeverAnEnd) {
    const std::string text = sample(1500);
    const std::string first = pack(text);
    const std::string packed = first + pack("second");
    for (const Compression requested : requests()) {
        for (size_t cut = 0; cut < packed.size(); cut++) {
            SCOPED_TRACE(cut);
            StringSource raw(packed.substr(0, cut), cut % 2 == 0 ? SIZE_MAX : 1);
            DecompressingSource source(raw, requested);
            const Outcome outcome = drain(source);
            if (source.detected() == Compression::None) {
                EXPECT_LT(cut, format() == Compression::Gzip ? 2u : 4u); // auto saw no magic
                continue;
            }
            if (cut == first.size()) {
                EXPECT_EQ(outcome.status, ReadStatus::End);
                EXPECT_EQ(outcome.data, text);
                continue;
            }
            EXPECT_EQ(outcome.error.code, ErrorCode::CorruptCompression);
            EXPECT_EQ(outcome.error.offset, cut);
            EXPECT_EQ(outcome.data, (text + "second").substr(0, outcome.data.size()));
            if (cut > 0) {
                EXPECT_EQ(outcome.error.reason,
                          name() + " data ends in the middle of a " + member());
            }
        }
    }
}

// A small buffer delays nothing: what the bytes say so far comes out before a wait or an error.
TEST_P(Packed, NothingIsHeldBackForWantOfRoom) {
    const std::string packed = pack(sample(500) + std::string(1000, ' ') + sample(500));
    for (size_t cut = 4; cut < packed.size(); cut++) {
        const Outcome outcome = unpack(packed.substr(0, cut), format(), 1 << 20);
        EXPECT_EQ(unpack(packed.substr(0, cut), format(), 1).data, outcome.data) << cut;
    }
}

TEST_P(Packed, EmptyDataIsNoSuchData) {
    const Outcome outcome = unpack("", format());
    EXPECT_EQ(outcome.error.code, ErrorCode::CorruptCompression);
    EXPECT_EQ(outcome.error.reason, "empty, where " + name() + " data was expected");
}

TEST_P(Packed, AnEmptyMemberIsEmptyText) {
    for (const Compression requested : requests()) {
        const Outcome outcome = unpack(pack(""), requested);
        EXPECT_EQ(outcome.status, ReadStatus::End);
        EXPECT_EQ(outcome.data, "");
    }
}

TEST_P(Packed, OtherDataIsRefusedByAnExplicitFormat) {
    const Compression other = format() == Compression::Gzip ? Compression::Zstd : Compression::Gzip;
    for (const std::string& data : {std::string("{\"a\": 1}\n"), weather::pack("x", other)}) {
        const Outcome outcome = unpack(data, format());
        EXPECT_EQ(outcome.error.code, ErrorCode::CorruptCompression);
        EXPECT_EQ(outcome.error.reason, "it does not begin as " + name() + " data does");
        EXPECT_EQ(outcome.error.offset, 0u);
    }
}

TEST_P(Packed, GarbageAfterTheEndIsAnErrorThere) {
    const std::string packed = pack("text");
    const Compression other = format() == Compression::Gzip ? Compression::Zstd : Compression::Gzip;
    const std::string tails[] = {"\n", std::string(1, '\0'), std::string(512, '\0'), "{}",
                                 weather::pack("x", other)};
    for (const std::string& tail : tails) {
        for (const Compression requested : requests()) {
            const Outcome outcome = unpack(packed + tail, requested);
            EXPECT_EQ(outcome.data, "text");
            EXPECT_EQ(outcome.error.code, ErrorCode::CorruptCompression);
            EXPECT_EQ(outcome.error.offset, packed.size());
            EXPECT_EQ(outcome.error.reason, "bytes after the end of the " + name() +
                                                " data that are not another " + member());
        }
    }
}

TEST_P(Packed, AFlippedBitNeverChangesTheTextInSilence) {
    const std::string text = sample(600);
    const std::string packed = pack(text);
    for (size_t i = 0; i < packed.size(); i++) {
        for (int bit = 0; bit < 8; bit++) {
            std::string damaged = packed;
            damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
            const Outcome outcome = unpack(damaged, format());
            if (outcome.status == ReadStatus::End)
                EXPECT_EQ(outcome.data, text) << i; // a field without meaning, like gzip's mtime
            else
                EXPECT_EQ(outcome.error.code, ErrorCode::CorruptCompression);
        }
    }
}

TEST_P(Packed, ChecksumsAreVerified) {
    const std::string packed = pack(sample(600));
    const size_t trailer = format() == Compression::Gzip ? 8 : 4;
    for (size_t i = packed.size() - trailer; i < packed.size(); i++) {
        std::string damaged = packed;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
        const Outcome outcome = unpack(damaged, Compression::Auto);
        EXPECT_EQ(outcome.error.code, ErrorCode::CorruptCompression);
        EXPECT_EQ(outcome.error.reason.find("damaged " + name() + " data: "), 0u);
        EXPECT_NE(outcome.error.reason.find("check"), std::string::npos) << outcome.error.reason;
    }
}

TEST_P(Packed, AFailureBelowIsPassedOnAfterTheTextBeforeIt) {
    const std::string text = sample(300 * 1000);
    const std::string packed = pack(text);
    StringSource raw(packed.substr(0, packed.size() / 2), 1000);
    raw.fails_at_end = true;
    DecompressingSource source(raw, Compression::Auto);
    const Outcome outcome = drain(source);
    EXPECT_EQ(outcome.error.code, ErrorCode::Io);
    EXPECT_EQ(outcome.error.system_errno, EIO);
    EXPECT_EQ(outcome.error.offset, packed.size() / 2);
    EXPECT_GT(outcome.data.size(), 1000u);
    EXPECT_TRUE(text.compare(0, outcome.data.size(), outcome.data) == 0);
}

// What was unpacked from the bytes before a damaged spot is handed out first.
TEST_P(Packed, DamageInALaterMemberComesAfterTheEarlierText) {
    std::string packed = pack("first") + pack(sample(100));
    packed.back() = static_cast<char>(packed.back() ^ 1);
    const Outcome outcome = unpack(packed, format(), 1 << 20);
    EXPECT_EQ(outcome.data.substr(0, 5), "first");
    EXPECT_EQ(outcome.error.code, ErrorCode::CorruptCompression);
}

TEST_P(Packed, ABombIsUnpackedIntoTheCallersBufferOnly) {
    const size_t size = 64 << 20;
    StringSource raw(pack(std::string(size, 'a')));
    DecompressingSource source(raw, Compression::Auto);
    std::vector<char> buffer(100 * 1000);
    Error error;
    size_t total = 0;
    ReadResult got;
    while ((got = source.read(buffer.data(), buffer.size(), error)).status == ReadStatus::Data) {
        ASSERT_EQ(std::count(buffer.begin(), buffer.begin() + static_cast<long>(got.size), 'a'),
                  static_cast<long>(got.size));
        total += got.size;
    }
    EXPECT_EQ(got.status, ReadStatus::End);
    EXPECT_EQ(total, size);
}

// ---- What only one format has

// Every call takes a block at most, and says Again while nothing comes of it.
void expect_bounded_calls(const std::string& packed, const std::string& text) {
    StringSource raw(packed);
    DecompressingSource source(raw, Compression::Auto);
    std::vector<char> buffer(1 << 20);
    std::string data;
    Error error;
    size_t again = 0;
    for (;;) {
        const size_t before = raw.position;
        const ReadResult got = source.read(buffer.data(), buffer.size(), error);
        ASSERT_LE(raw.position - before, 64u * 1024);
        data.append(buffer.data(), got.size);
        again += got.status == ReadStatus::Again;
        if (got.status == ReadStatus::End || got.status == ReadStatus::Failed)
            break;
    }
    EXPECT_EQ(data, text);
    EXPECT_GE(again, packed.size() / (64 * 1024) - 2);
}

TEST(Gzip, ALongHeaderIsWorkedThroughInBoundedCalls) {
    expect_bounded_calls(gzip("text", std::string(1000 * 1000, 'n')), "text");
}

TEST(Zstd, SkippableFramesAreSkippedInBoundedCalls) {
    expect_bounded_calls(skippable(10 << 20) + zstd("text"), "text");
}

TEST(Zstd, SkippableFramesMayStandAnywhere) {
    for (char number = 0; number < 16; number++) {
        const std::string packed =
            skippable(5, number) + zstd("a") + skippable(0) + zstd("b") + skippable(300, 15);
        for (const size_t chunk : {size_t(1), SIZE_MAX}) {
            StringSource raw(packed, chunk, chunk == 1 ? 1 : 0);
            DecompressingSource source(raw, Compression::Auto);
            const Outcome outcome = drain(source);
            EXPECT_EQ(outcome.status, ReadStatus::End) << outcome.error.reason;
            EXPECT_EQ(outcome.data, "ab");
            EXPECT_EQ(source.detected(), Compression::Zstd);
        }
    }
}

TEST(Zstd, ACutSkippableFrameIsNoEnd) {
    const std::string frame = skippable(20);
    for (size_t cut = 4; cut < frame.size(); cut++)
        EXPECT_EQ(unpack(frame.substr(0, cut), Compression::Auto).error.reason,
                  "zstd data ends in the middle of a frame");
}

TEST(Zstd, AWindowBeyondTheLimitIsRefused) {
    // Frame header: window descriptor 0xa8 is 2^31 bytes.
    const std::string packed("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9);
    const Outcome outcome = unpack(packed, Compression::Auto);
    EXPECT_EQ(outcome.error.code, ErrorCode::CorruptCompression);
    EXPECT_NE(outcome.error.reason.find("memory"), std::string::npos) << outcome.error.reason;
}

TEST(Files, OfEveryKindThroughADescriptor) {
    const std::string text = sample(400 * 1000);
    for (const std::string& data : {text, gzip(text), zstd(text)}) {
        const int fd = file_with(data);
        FileSource file(fd, FileSource::Kind::RegularFile);
        DecompressingSource source(file, Compression::Auto);
        EXPECT_TRUE(drain(source, 1 << 18).data == text);
        EXPECT_EQ(file.bytes_read(), data.size());
        close(fd);
    }
}

} // namespace
} // namespace weather
