from __future__ import annotations

from tests.query.conftest import shop, shop_file

__all__ = ["shop", "shop_file"]
