import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Linked, LinkedList } from "./linked-list.ts";

class Item implements Linked<Item> {
  previous: Item | undefined = undefined;
  next: Item | undefined = undefined;
}

test("behaves as an array does, whatever is added and removed", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20), { nil: undefined })), (steps) => {
      const list = new LinkedList<Item>();
      const model: Item[] = [];
      for (const step of steps) {
        if (step === undefined) {
          const item = new Item();
          list.push(item);
          model.push(item);
        } else if (model.length > 0) {
          list.remove(model.splice(step % model.length, 1)[0]!);
        }
        const forwards: Item[] = [];
        for (let item = list.first; item !== undefined; item = item.next) forwards.push(item);
        const backwards: Item[] = [];
        for (let item = list.last; item !== undefined; item = item.previous) backwards.push(item);
        expect(forwards.length).toBe(model.length);
        expect(forwards.every((item, index) => item === model[index])).toBe(true);
        expect(backwards.reverse().every((item, index) => item === model[index])).toBe(true);
        expect(list.size).toBe(model.length);
      }
    }),
  );
});
