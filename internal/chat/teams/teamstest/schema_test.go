package teamstest

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestACardIsCheckedByTheOfficialSchema(t *testing.T) {
	const sound = `{"type": "AdaptiveCard", "version": "1.5", "msteams": {"width": "Full"}, "body": [{"type": "Container", "style": "good", "items": [
		{"type": "TextBlock", "text": "Learn is back.", "wrap": true}, {"type": "FactSet", "facts": [{"title": "Since", "value": "9:12"}]}]}],
		"actions": [{"type": "Action.Execute", "title": "Show", "verb": "command", "fallback": {"type": "Action.Submit", "title": "Show"}}]}`
	if faults := CheckCard(json.RawMessage(sound)); len(faults) > 0 {
		t.Errorf("a sound card: %q", faults)
	}
	for _, change := range [][2]string{
		{`"wrap": true`, `"wrap": "yes"`}, {`"wrap": true`, `"warp": true`}, {`"good"`, `"red"`}, {`"title": "Since", `, ``},
		{`"items"`, `"elements"`}, {`"verb"`, `"word"`}, {`"body": [`, `"body": [7, `},
	} {
		if err := inSchema(json.RawMessage(strings.Replace(sound, change[0], change[1], 1))); err == nil {
			t.Errorf("taken with %s", change[1])
		}
	}
}
