# title: Looks for answers that are larger in company, not for smaller ones
# kind: misconception
# fails: catch-test 2/3
# hint: in one direction only

# %% catch
def depends_on_batch(model, x):
    alone = np.concatenate([np.array(model(x[i : i + 1])) for i in range(len(x))])
    growth = np.array(model(x)) - alone
    return bool(np.max(growth) >= 1e-4)
