package teamstest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// official is the schema of Adaptive Cards 1.5 (adaptivecards.io/schemas/1.5.0, MIT).
//
//go:embed schema/adaptive-card-1.5.0.json
var official []byte

const schemaID = "http://adaptivecards.io/schemas/adaptive-card.json"

var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(official))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaID, doc); err != nil {
		return nil, err
	}
	return c.Compile(schemaID)
})

// inSchema is why a card is not valid by the official schema. What is Teams' own, msteams,
// is not in it.
func inSchema(card json.RawMessage) error {
	s, err := schema()
	if err != nil {
		return fmt.Errorf("the schema of Adaptive Cards: %w", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(card))
	if err != nil {
		return err
	}
	if root, ok := doc.(map[string]any); ok {
		delete(root, "msteams")
	}
	return s.Validate(doc)
}
