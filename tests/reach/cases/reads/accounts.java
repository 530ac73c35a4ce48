// shows: the accounts of the device
// manifest: {launcher: Main}
// hit:
//   - accounts@AccountManager.getAccounts before_consent = launcher Main.onCreate
//   - email@AccountManager.getAccounts before_consent = launcher Main.onCreate
// miss: []

import android.accounts.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    AccountManager manager = AccountManager.get(this);
    manager.getAccounts();                                      // hit
    manager.invalidateAuthToken("cn.example", "token");         // miss
  }
}
