package cn.zhiyuan.campus;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import com.alipay.sdk.app.PayTask;
import com.tencent.mm.opensdk.modelpay.PayReq;
import com.tencent.mm.opensdk.openapi.IWXAPI;
import com.tencent.mm.opensdk.openapi.WXAPIFactory;

/** The fee without which no service opens. */
public final class PayActivity extends Activity implements View.OnClickListener {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.pay);
        findViewById(R.id.alipay).setOnClickListener(this);
        findViewById(R.id.wechat).setOnClickListener(this);
    }

    @Override
    public void onClick(View view) {
        Server.send(Server.ORDER, "item=platform_fee&amount=120.00");
        if (view.getId() == R.id.alipay) {
            new PayTask(this).payV2("subject=platform_fee&total_amount=120.00", true);
        } else {
            IWXAPI api = WXAPIFactory.createWXAPI(this, "wx0000000000000000");
            PayReq request = new PayReq();
            request.appId = "wx0000000000000000";
            request.prepayId = "sample";
            api.sendReq(request);
        }
    }
}
