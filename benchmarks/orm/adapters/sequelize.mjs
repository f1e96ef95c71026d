// Sequelize 6 with its PostgreSQL dialect.

import { DataTypes, Op, Sequelize } from "sequelize";

export const name = "Sequelize";
export const packages = ["sequelize"];
export const note = "models; relations by `include` with `separate: true`; one UPDATE for each changed object";

const options = { timestamps: false };

export function open({ url, poolSize }) {
  const sequelize = new Sequelize(url, { dialect: "postgres", logging: false, pool: { max: poolSize } });
  // INT8 is a string to Sequelize unless a getter says otherwise.
  const int8 = (key, extra) => ({
    type: DataTypes.BIGINT,
    ...extra,
    get() {
      const value = this.getDataValue(key);
      return value === null || value === undefined ? value : Number(value);
    },
  });
  const text = DataTypes.TEXT;
  const id = () => int8("id", { primaryKey: true });
  const Account = sequelize.define(
    "Account",
    { id: id(), name: text, balance: int8("balance"), note: text, at: DataTypes.DATE },
    { ...options, tableName: "orm_accounts" },
  );
  const Entry = sequelize.define(
    "Entry",
    {
      id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
      accountId: int8("accountId", { field: "account_id" }),
      amount: int8("amount"),
      kind: text,
      note: text,
      at: DataTypes.DATE,
    },
    { ...options, tableName: "orm_entries" },
  );
  const Stock = sequelize.define(
    "Stock",
    { id: id(), name: text, count: int8("count") },
    { ...options, tableName: "orm_stocks" },
  );
  const User = sequelize.define("User", { id: id(), name: text }, { ...options, tableName: "orm_users" });
  const Post = sequelize.define("Post", { id: id(), title: text }, { ...options, tableName: "orm_posts" });
  const Comment = sequelize.define(
    "Comment",
    { id: id(), text: DataTypes.TEXT },
    { ...options, tableName: "orm_comments" },
  );
  User.hasMany(Post, { foreignKey: "user_id", as: "posts" });
  Post.hasMany(Comment, { foreignKey: "post_id", as: "comments" });
  const order = [["id", "ASC"]];
  return {
    get: (key) => Account.findByPk(key),
    all: () => Account.findAll({ order }),
    graph: (after) =>
      User.findAll({
        where: { id: { [Op.gt]: after } },
        order,
        limit: 20,
        include: [
          {
            model: Post,
            as: "posts",
            separate: true,
            include: [{ model: Comment, as: "comments", separate: true }],
          },
        ],
      }),
    changeMany: (after) =>
      sequelize.transaction(async (transaction) => {
        const accounts = await Account.findAll({ where: { id: { [Op.gt]: after } }, order, limit: 200, transaction });
        for (const account of accounts) {
          account.balance += 1;
          await account.save({ transaction });
        }
      }),
    insertMany: (objects) => Entry.bulkCreate(objects),
    upsertMany: (objects) => Stock.bulkCreate(objects, { updateOnDuplicate: ["name", "count"] }),
    close: () => sequelize.close(),
  };
}
