import { ArgumentError, describeValue } from "../errors/index.ts";
import { entitySource, sourceNode } from "../sql/from-item.ts";
import type { AnyEntity } from "./entity-types.ts";
import type { EntityConstructor, Mapper } from "./mapper.ts";

/**
 * The mapper of a class.
 *
 * @throws {ArgumentError} it is no class made by `entity()`
 */
export function mapperOf(entity: unknown, where: string): Mapper {
  if (typeof entity === "function" && entitySource in entity && sourceNode in entity) {
    const mapper = (entity as unknown as AnyEntity)[entitySource];
    mapper.bind(entity as unknown as EntityConstructor);
    return mapper;
  }
  throw new ArgumentError(`${where} expects a class made by entity(), got ${describeValue(entity)}`);
}
