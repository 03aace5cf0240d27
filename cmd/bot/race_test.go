//go:build race

package main

// raced: the race detector watches, which takes a year's simulation some minutes.
const raced = true
