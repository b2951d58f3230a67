#ifndef NQ_STATE_FILE_H
#define NQ_STATE_FILE_H

#include "state/store.h"

/*
 * State in a directory of a local file system:
 *
 *	CONNECTOR/STREAM.json          the row, pretty-printed, with version and checksum
 *	CONNECTOR/STREAM.runs.ndjson   its history (state/runs)
 *	CONNECTOR/STREAM.lock          the lock of a run (state/lock)
 *
 * Names are percent-encoded, directories 0700, files 0600. Changes to the streams of a connector
 * are serialised by a flock(2) on its directory. A file is replaced by write, fsync, rename and
 * fsync of the directory; one that does not prove whole is an error, never a fresh start.
 */
extern const struct nq_store_ops nq_file_store;

#endif
