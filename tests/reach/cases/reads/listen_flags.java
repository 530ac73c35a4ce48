// shows: the flags decide what a listener of the phone learns
// manifest: {launcher: Main}
// hit:
//   - call_log@TelephonyManager.listen before_consent = launcher Main.onCreate
//   - phone_number@TelephonyManager.listen before_consent = launcher Main.onCreate
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    TelephonyManager phone = (TelephonyManager) getSystemService("phone");

    phone.listen(null, PhoneStateListener.LISTEN_CALL_STATE | PhoneStateListener.LISTEN_SERVICE_STATE); // hit
    phone.listen(null, PhoneStateListener.LISTEN_SERVICE_STATE); // miss
  }
}
