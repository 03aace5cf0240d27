package native_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat/discord/native"
)

// What Discord adds is no difference; what was changed, is missing or of somebody else is.
func TestWhatDiscordKnowsIsCompared(t *testing.T) {
	known := func(change func([]map[string]any) []map[string]any) []byte {
		var all []map[string]any
		if err := json.Unmarshal(native.JSON(), &all); err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			c["id"], c["application_id"], c["version"], c["nsfw"], c["default_member_permissions"] = "1", "2", "3", false, nil
		}
		out, err := json.Marshal(change(all))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, tc := range map[string]struct {
		change func([]map[string]any) []map[string]any
		want   []string
	}{
		"the same":   {func(all []map[string]any) []map[string]any { return append(all[1:], all[0]) }, nil},
		"none":       {func([]map[string]any) []map[string]any { return nil }, []string{"incident", "window", "subscribe", "unsubscribe", "status", "probe", "service", "belltower"}},
		"one lacks":  {func(all []map[string]any) []map[string]any { return all[1:] }, []string{"incident"}},
		"one is old": {func(all []map[string]any) []map[string]any { all[4]["description"] = "old"; return all }, []string{"status"}},
		"another's": {func(all []map[string]any) []map[string]any {
			return append(all, map[string]any{"name": "dance", "type": 1})
		}, []string{"dance"}},
	} {
		got, err := native.Differing(known(tc.change))
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
	if _, err := native.Differing([]byte("<html>")); err == nil || bytes.Contains([]byte(err.Error()), []byte("<html>")) {
		t.Error(err)
	}
}
