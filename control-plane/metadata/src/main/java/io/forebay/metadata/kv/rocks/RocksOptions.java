package io.forebay.metadata.kv.rocks;

import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;

/** RocksDB's options, and the native objects that they need for as long as the store is open. */
final class RocksOptions implements AutoCloseable {
    private static final long BLOCK_CACHE_BYTES = 64L << 20;
    private static final long WRITE_BUFFER_BYTES = 32L << 20;
    private static final long WAL_BYTES_MAX = 128L << 20;
    private static final int BACKGROUND_JOBS = 2;
    private static final int BLOOM_BITS_PER_KEY = 10;

    /** Of the write buffer: a key that is not in it is most often seen without a search. */
    private static final double WRITE_BUFFER_BLOOM = 0.02;

    private static final int INFO_LOG_BYTES_MAX = 4 << 20;
    private static final int INFO_LOGS_MAX = 3;

    // A file with so many deletes among so many neighbours is compacted in the background: a queue
    // deletes at its front, and a scan from there would pass all of them.
    private static final int DELETES_TO_COMPACT = 256;
    private static final int DELETES_WINDOW = 1024;

    static {
        RocksDB.loadLibrary();
    }

    private final LRUCache cache = new LRUCache(BLOCK_CACHE_BYTES);
    private final BloomFilter bloom = new BloomFilter(BLOOM_BITS_PER_KEY);
    private final TablePropertiesCollectorFactory deletes =
            TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                    DELETES_WINDOW, DELETES_TO_COMPACT, 0);
    private final Options options = new Options();

    RocksOptions() {
        options.setCreateIfMissing(true)
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                .setMaxTotalWalSize(WAL_BYTES_MAX)
                // The default drops all commits behind the first damaged one, and says nothing.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(INFO_LOG_BYTES_MAX)
                .setKeepLogFileNum(INFO_LOGS_MAX)
                .setStatsDumpPeriodSec(0)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setMemtablePrefixBloomSizeRatio(WRITE_BUFFER_BLOOM)
                .setMemtableWholeKeyFiltering(true)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(
                        new BlockBasedTableConfig().setBlockCache(cache).setFilterPolicy(bloom));
        options.setTablePropertiesCollectorFactory(List.of(deletes));
    }

    Options options() {
        return options;
    }

    @Override
    public void close() {
        options.close();
        deletes.close();
        bloom.close();
        cache.close();
    }
}
