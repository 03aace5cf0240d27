package discordtest

import (
	"bytes"
	_ "embed"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described is what Discord's own OpenAPI description says of the requests that a bot makes.
//
//go:embed schema/discord.json
var described []byte

// schemas are those of the bodies of requests, by route; an answer to an interaction is a
// "callback" whichever way it goes.
var schemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	const id = "https://discord.test/schema.json"
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(described))
	if err != nil {
		return nil, err
	}
	c, all := jsonschema.NewCompiler(), map[string]*jsonschema.Schema{}
	if err := c.AddResource(id, doc); err != nil {
		return nil, err
	}
	for _, route := range []string{"message.create", "message.edit", "commands.put", "callback"} {
		if all[route], err = c.Compile(id + "#/requests/" + route); err != nil {
			return nil, err
		}
	}
	return all, nil
})

// CheckRequest tells what in the body of a request is not as Discord describes it: of a
// "message.create", a "message.edit", a "commands.put" or a "callback"; of other routes nothing
// is asked.
func CheckRequest(route string, body []byte) error {
	all, err := schemas()
	if err != nil {
		return fmt.Errorf("the description of requests: %w", err)
	}
	schema := all[route]
	if schema == nil {
		return nil
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}

// undescribed refuses what is not as Discord describes it, and was not refused for a reason
// that our own rules name better.
func undescribed(route string, body []byte) *reply {
	err := CheckRequest(route, body)
	if err == nil {
		return nil
	}
	refusal := invalid50035(problem{"body", "BASE_TYPE_BAD", err.Error()})
	return &refusal
}
