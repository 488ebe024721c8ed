// What native code takes for the work of hpack.mjs: nghttp2's inflater over the same blocks, a context for each story. Reads
// from standard input, numbers of 32 bits in the machine's order: stories, of each the blocks, of each the octets. Prints the
// nanoseconds per field of each pass, and adds up what it saw, as the others do.
#include <nghttp2/nghttp2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PASSES 60

typedef struct {
  uint8_t *octets;
  uint32_t length;
} block;

typedef struct {
  block *blocks;
  uint32_t count;
} story;

static uint32_t number(void) {
  uint32_t value;
  if (fread(&value, sizeof value, 1, stdin) != 1) exit(2);
  return value;
}

static story read_story(void) {
  story read = {NULL, number()};
  read.blocks = calloc(read.count, sizeof(block));
  for (uint32_t i = 0; i < read.count; i++) {
    block *next = &read.blocks[i];
    next->length = number();
    next->octets = malloc(next->length);
    if (fread(next->octets, 1, next->length, stdin) != next->length) exit(2);
  }
  return read;
}

static void inflate(nghttp2_hd_inflater *inflater, const block *in, uint64_t *fields, uint64_t *octets) {
  const uint8_t *at = in->octets;
  size_t left = in->length;
  for (int flags = 0; !(flags & NGHTTP2_HD_INFLATE_FINAL);) {
    nghttp2_nv field;
    flags = 0;
    ssize_t taken = nghttp2_hd_inflate_hd2(inflater, &field, &flags, at, left, 1);
    if (taken < 0) exit(3);
    at += taken;
    left -= taken;
    if (!(flags & NGHTTP2_HD_INFLATE_EMIT)) continue;
    *fields += 1;
    *octets += field.namelen + field.valuelen;
  }
  nghttp2_hd_inflate_end_headers(inflater);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(void) {
  uint32_t count = number();
  story *stories = calloc(count, sizeof(story));
  for (uint32_t i = 0; i < count; i++) stories[i] = read_story();
  for (int pass = 0; pass < PASSES; pass++) {
    uint64_t fields = 0;
    uint64_t octets = 0;
    double begin = now();
    for (uint32_t i = 0; i < count; i++) {
      nghttp2_hd_inflater *inflater;
      if (nghttp2_hd_inflate_new(&inflater) != 0) exit(4);
      for (uint32_t j = 0; j < stories[i].count; j++) inflate(inflater, &stories[i].blocks[j], &fields, &octets);
      nghttp2_hd_inflate_del(inflater);
    }
    printf("%.2f %llu %llu\n", (now() - begin) / fields, (unsigned long long)fields, (unsigned long long)octets);
  }
  return 0;
}
