// shows: a call of a framework class
// manifest: {launcher: Main}
// hit:
//   - device_id before_consent = launcher Main.onCreate
//   - meid before_consent = launcher Main.onCreate
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    TelephonyManager phone = (TelephonyManager) getSystemService("phone");

    String id = phone.getDeviceId();                            // hit
    int id = phone.getPhoneType();                              // miss
  }
}
