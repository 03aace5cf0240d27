package wording

import (
	"testing"

	"github.com/umassonline/belltower/internal/chat"
)

func BenchmarkPost(b *testing.B) {
	s := begin(b).loginFails().at("4:12").update("identified", "A disk is full. We are making room.")
	c := campus()
	root := chat.Delivery{Subject: s.inc.Subject(), N: 2, Snapshot: &s.newest().Snapshot, Root: "root"}
	reply := root
	reply.Said = s.said[1:]
	b.Run("root", func(b *testing.B) {
		for b.Loop() {
			c.Post(root)
		}
	})
	b.Run("reply", func(b *testing.B) {
		for b.Loop() {
			c.Post(reply)
		}
	})
}
