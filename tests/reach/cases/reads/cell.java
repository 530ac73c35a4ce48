// shows: the cells around
// manifest: {launcher: Main}
// hit:
//   - location.coarse@TelephonyManager.getAllCellInfo before_consent = launcher Main.onCreate
//   - network.cell@TelephonyManager.getAllCellInfo before_consent = launcher Main.onCreate
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    TelephonyManager phone = (TelephonyManager) getSystemService("phone");

    List<CellInfo> cells = phone.getAllCellInfo();              // hit
    boolean roaming = phone.isNetworkRoaming();                 // miss
  }
}
