#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

/*
 * The driver where there is no fuzzer: gives each file of the command line to the target, whole
 * and, so that every length check is reached, cut short in some places. Each input lies in memory
 * of exactly its size, for the sanitizers to see a step beyond.
 */
static void
give(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);

	if (copy == NULL)
		exit(1);
	for (size_t i = 0; i < n; i++)
		copy[i] = data[i];
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

int
main(int argc, char **argv)
{
	static uint8_t data[1 << 20];
	size_t n, step;
	FILE *f;

	for (int i = 1; i < argc; i++) {
		f = fopen(argv[i], "rb");
		if (f == NULL) {
			perror(argv[i]);
			return 1;
		}
		n = fread(data, 1, sizeof(data), f);
		fclose(f);
		step = n / 64 + 1;
		for (size_t cut = 0; cut < n; cut += step)
			give(data, cut);
		give(data, n);
	}
	printf("%d inputs\n", argc - 1);
	return 0;
}
