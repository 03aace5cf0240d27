package main

import (
	"fmt"
	"io"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/intake"
)

// weakToken is how short a token may be that nobody guesses, in characters.
const weakToken = 16

// printSources says for each source what to paste where, so that it calls.
func printSources(w io.Writer, cfg *config.Config) {
	for _, s := range cfg.Sources {
		for _, token := range s.Tokens() {
			if len(token.Reveal()) < weakToken {
				fmt.Fprintf(w, "warning: source %s: a token of fewer than %d characters can be guessed; make one with: openssl rand -hex 24\n", s.Name, weakToken)
			}
		}
		if len(s.Checks) == 0 {
			fmt.Fprintf(w, "warning: source %s: no checks: what it sends is taken and told nobody but ops, once a day\n", s.Name)
		}
		fmt.Fprintf(w, "source %s: %s\n", s.Name, intake.Setup(s, cfg.Organization.PublicURL))
	}
}
