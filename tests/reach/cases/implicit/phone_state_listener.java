// shows: a listener of the phone's state is called at once with the present state
// manifest: {launcher: Main}
// hit:
//   - serial before_consent = launcher Main.onCreate > callback Calls.onServiceStateChanged
//   - network.cell@PhoneStateListener.onServiceStateChanged before_consent = launcher Main.onCreate > callback Calls.onServiceStateChanged
// miss:
//   - serial present = Calls.onServiceStateChanged
//   - network.cell@PhoneStateListener.onServiceStateChanged present = Calls.onServiceStateChanged

class Main extends Activity {
  protected void onCreate(Bundle state) {
    TelephonyManager phone = (TelephonyManager) getSystemService("phone");
    Calls calls = new Calls();
    phone.listen(calls, 1);                                     // hit
  }
}
class Calls extends PhoneStateListener {
  public void onServiceStateChanged(ServiceState state) { String id = SERIAL; }
}
