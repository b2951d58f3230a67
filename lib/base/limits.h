#ifndef NQ_BASE_LIMITS_H
#define NQ_BASE_LIMITS_H

/*
 * Every limit of the suite, by name. Hitting one is an error whose text names the option that
 * raises it, where there is one (in parentheses).
 */

#define NQ_MAX_LINE	  (16u << 20)  /* bytes of one record (--max-line) */
#define NQ_MAX_LINE_CAP	  (1u << 30)   /* what --max-line may ask for: offsets are 32 bits */
#define NQ_MAX_DEPTH	  128	       /* nesting of one JSON text */
#define NQ_MAX_BODY	  (4ull << 30) /* bytes of one decoded response (--max-body) */
#define NQ_PAGE_MEMORY	  (1u << 20)   /* bytes of a page kept in memory before a temporary file */
#define NQ_MAX_PARALLEL	  64	       /* what --parallel may ask for */
#define NQ_MAX_ERROR_BODY (64u << 10)  /* bytes read of an answer that is not a page */
#define NQ_MAX_HEADERS	  (256u << 10) /* bytes of all headers of one response */
#define NQ_MAX_TOKEN	  (64u << 10)  /* bytes of a page token or next URL */
#define NQ_MAX_CURSOR	  4096	       /* bytes of a cursor or watermark */
#define NQ_MAX_BATCH	  1000	       /* records in one upsert (--batch) */
#define NQ_DB_BATCH	  10000	       /* the same for SQLite and PostgreSQL */
#define NQ_MAX_TOGETHER	  100000       /* records of the batches in one transaction of SQLite */
#define NQ_MAX_HOLD	  2000	       /* and milliseconds that it waits for more of them */
#define NQ_MAX_BATCH_CAP  100000       /* what --batch may ask for */
#define NQ_MAX_BATCH_SIZE (8u << 20)   /* bytes of one batch (--batch-bytes) */
#define NQ_DUCKDB_BATCH	  (64u << 20)  /* the same for DuckDB, where each reads all keys */
#define NQ_SQLITE_CACHE	  (8u << 20)   /* bytes of pages that SQLite keeps */
#define NQ_MAX_COLUMNS	  2000	       /* different members in one load */
#define NQ_DUCKDB_MEMORY  (1ull << 30) /* bytes that DuckDB may use (--duckdb-memory) */
#define NQ_MAX_KEYS	  16	       /* columns of one key (--key) */
#define NQ_BUSY_WAIT	  30	       /* seconds to wait for a locked database (--busy-timeout) */
#define NQ_MAX_WAIT	  300	       /* seconds a server may make us wait (--max-wait) */
#define NQ_MAX_DIGITS	  1000	       /* digits of a number that is calculated with */
#define NQ_MAX_MESSAGE	  2048	       /* bytes of one error or log message */
#define NQ_MAX_CONFIG	  (4u << 20)   /* bytes of a mapping, settings, state or secret file */
#define NQ_MAX_PATH_STEPS 32	       /* steps of one path */
#define NQ_MAX_NAME	  200	       /* bytes of a connector or stream name, percent-encoded */
#define NQ_MAX_SUMMARY	  4096	       /* bytes of an error text kept in the state */
#define NQ_MAX_METADATA	  (64u << 10)  /* bytes of the metadata of a run */
#define NQ_MAX_HISTORY	  (4u << 20)   /* bytes of a stream's history before it is rotated */
#define NQ_MAX_FAULTS	  20	       /* faults of one file that are told at once */
#define NQ_MAX_CHAIN	  1000	       /* operators in a row, and expressions in expressions */
#define NQ_MAX_VARS	  1000	       /* names that let and --arg give in one mapping */
#define NQ_MAX_TABLE	  (64u << 20)  /* bytes of a lookup table */
#define NQ_MAX_PATTERN	  1000	       /* bytes of a regular expression */
#define NQ_MAX_REPEATS	  2000	       /* its places, counted repeats written out */
#define NQ_MAX_SCRATCH	  (256u << 20) /* bytes that the mapping of one record may need */
#define NQ_MIN_SECRET	  4	       /* bytes: shorter values cannot be told from other text */

#endif
